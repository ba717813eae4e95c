import "server-only";
import { type Running, statement } from "@/lib/db/statement";

interface NewAssignment {
  readonly id: string;
  readonly tenantId: string;
  readonly requestId: string;
  /** Undefined: no one looks after the request any more. */
  readonly userId: string | undefined;
  readonly byUserId: string;
  readonly at: Date;
}

const INSERT = statement<NewAssignment, never>("insert-assignment")`
  INSERT INTO request_assignment (id, tenant_id, request_id, user_id, by_user_id, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ requestId }) => requestId}::uuid,
    ${({ userId }) => userId ?? null}::uuid, ${({ byUserId }) => byUserId}::uuid, ${({ at }) => at}::timestamptz)`;

/** Stores who looks after a request. The same transaction needs an entry `request.assign`. */
export async function insertAssignment({ run }: Running, row: NewAssignment): Promise<void> {
  await run(INSERT, row);
}

interface Assigned {
  readonly request_id: string;
  readonly handle: string;
  readonly name: string;
}

const LIST = statement<{ readonly ids: readonly string[] }, Assigned>("list-assignees")`
  SELECT n.request_id::text, u.handle, u.name FROM (
    SELECT DISTINCT ON (request_id) request_id, user_id FROM request_assignment
    WHERE request_id = ANY (${({ ids }) => ids}::uuid[]) ORDER BY request_id, id DESC) n
  JOIN app_user u ON u.id = n.user_id`;

/** A person by handle and name. */
export interface Assignee {
  readonly handle: string;
  readonly name: string;
}

/** Returns who looks after each of these requests; a request without a person is left out. */
export async function listAssignees(
  { run }: Running,
  ids: readonly string[],
): Promise<Map<string, Assignee>> {
  if (ids.length === 0) return new Map();
  const rows = await run(LIST, { ids });
  return new Map(rows.map(({ request_id, handle, name }) => [request_id, { handle, name }]));
}

interface Decider extends Assignee {
  readonly id: string;
}

const DECIDERS = statement<{ readonly tenantId: string }, Decider>("list-deciders")`
  SELECT u.id::text, u.handle, u.name FROM app_user u
  WHERE u.tenant_id = ${({ tenantId }) => tenantId}::uuid AND u.role = 'coordinator' AND u.state = 'active'
    AND EXISTS (SELECT FROM duty d WHERE d.user_id = u.id AND d.duty IN ('legal', 'approve'))
  ORDER BY u.name, u.handle LIMIT 200`;

/** Returns the active people who decide on requests. */
export async function listDeciders({ run }: Running, tenantId: string): Promise<Decider[]> {
  return run(DECIDERS, { tenantId });
}
