import "server-only";
import { randomInt } from "node:crypto";
import type { Escalation, RequestState, Stage } from "@/lib/access/requests/schema";
import type { Asked, RequestFacts, RequestRow } from "@/lib/access/requests/store";
import { type Permit, requirePermit } from "@/lib/access/rules/permit";
import type { RequestEventKind } from "@/lib/access/rules/transitions";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, sql, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";

function askedColumns(asked: Asked) {
  return {
    purpose: asked.purpose,
    justification: asked.justification,
    legal_basis: asked.legalBasis ?? null,
    transactions: [...asked.transactions],
    query: asked.query === undefined ? Prisma.DbNull : { ...asked.query },
    groups: [...asked.groups],
    level: asked.level,
    from: asked.from ?? null,
    until: asked.until ?? null,
    max_views: asked.maxViews,
    max_exports: asked.maxExports,
    co_viewers: [...asked.coViewers],
  };
}

/** `AR-<year>-<eight digits>`. */
function drawReference(year: number): string {
  return `AR-${year}-${String(randomInt(10 ** 8)).padStart(8, "0")}`;
}

const FIND_REFERENCES = statement<{ readonly drawn: readonly string[] }, { readonly reference: string }>(
  "find-request-references",
)`SELECT reference FROM access_request WHERE reference = ANY (${({ drawn }) => drawn}::text[])`;

/**
 * Returns a new, unused reference. It is random: a counter would show every agency how many requests the others filed,
 * sealed ones included.
 */
export async function newReference({ run }: Running, year: number): Promise<string> {
  const drawn = Array.from({ length: 8 }, () => drawReference(year));
  const taken = await run(FIND_REFERENCES, { drawn });
  const free = drawn.find((one) => taken.every(({ reference }) => reference !== one));
  if (free === undefined) throw new InvariantError("no free request reference found");
  return free;
}

interface NewRow extends Asked, Omit<RequestFacts, "isSent" | "escalatedTo" | "sealedFrom" | "transactions"> {
  readonly tenantId: string;
  readonly reference: string;
  /** The request that was answered in part, of which this one is the rest. */
  readonly continues?: string;
  readonly at: Date;
}

const INSERT = statement<NewRow, never>("insert-request")`
  INSERT INTO access_request (id, tenant_id, reference, requester_user_id, organisation_id, continues_id, purpose,
    justification, legal_basis, transactions, query, groups, level, "from", until, max_views, max_exports, co_viewers,
    created_at, updated_at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ reference }) => reference},
    ${({ requesterUserId }) => requesterUserId}::uuid, ${({ requesterOrganisationId }) => requesterOrganisationId}::uuid,
    ${({ continues }) => continues ?? null}::uuid, ${({ purpose }) => purpose},
    ${({ justification }) => justification}, ${({ legalBasis }) => legalBasis ?? null},
    ${({ transactions }) => transactions}::text[],
    ${({ query }) => (query === undefined ? null : JSON.stringify(query))}::jsonb, ${({ groups }) => groups}::text[],
    ${({ level }) => level}, ${({ from }) => from ?? null}::timestamptz, ${({ until }) => until ?? null}::timestamptz,
    ${({ maxViews }) => maxViews}::int, ${({ maxExports }) => maxExports}::int, ${({ coViewers }) => coViewers}::uuid[],
    ${({ at }) => at}::timestamptz, ${({ at }) => at}::timestamptz)`;

export async function insertRequest(
  { run }: Running,
  permit: Permit<"request.create"> | Permit<"request.steer">,
  row: NewRow,
): Promise<void> {
  requirePermit(permit, "request.create", "request.steer");
  await run(INSERT, row);
}

/** Changes a draft unless it was changed since `version`. */
export async function changeAsked(
  tx: Tx,
  permit: Permit<"request.change">,
  row: RequestRow,
  asked: Asked,
  at: Date,
): Promise<boolean> {
  requirePermit(permit, "request.change");
  const { count } = await tx.access_request.updateMany({
    where: { id: row.id, version: row.version, state: "draft" },
    data: { ...askedColumns(asked), version: row.version + 1, updated_at: at },
  });
  return count === 1;
}

/** Records a change of what belongs to a draft outside its row. The caller holds the row's lock. */
export async function touchDraft(tx: Tx, permit: Permit<"request.change">, row: RequestRow, at: Date) {
  requirePermit(permit, "request.change");
  const version = row.version + 1;
  await tx.access_request.updateMany({ where: { id: row.id }, data: { version, updated_at: at } });
  return version;
}

/** What a step stores in addition to the state: a submission the request, an answer or an extension the dates. */
export interface Frozen {
  readonly digest?: string;
  readonly dueAt?: Date;
  readonly responseDueAt?: Date;
  /** Counts the extension and restarts the reminders. */
  readonly isExtended?: true;
  /** `null`: escalated to no one, since the request goes back to its requester. */
  readonly escalatedTo?: Escalation | null;
  readonly transactions?: readonly string[];
  readonly authorizationDigest?: string;
  /** How many people must approve in each stage. */
  readonly quorums?: Readonly<Record<Stage, number>>;
}

/** A step with its event in the timeline. */
interface Move extends Frozen {
  readonly requestId: string;
  readonly tenantId: string;
  readonly eventId: string;
  readonly from: RequestState;
  readonly to: RequestState;
  readonly event: RequestEventKind;
  readonly byUserId: string | undefined;
  readonly comment: string | undefined;
  readonly at: Date;
}

const requestIdOf = ({ requestId }: Move) => requestId;
const eventOf = ({ event }: Move) => event;
const toOf = ({ to }: Move) => to;
const isExtended = ({ isExtended: extends_ }: Move) => extends_ === true;
const setsEscalation = ({ escalatedTo }: Move) => escalatedTo !== undefined;
const escalationOf = ({ escalatedTo }: Move) => escalatedTo ?? null;

/**
 * The move and its event have the same instant, by which the database finds the event. It is later than the one before,
 * so that the timeline keeps its order within a millisecond and across portals with different clocks.
 */
const MOVED_AT = sql<
  Pick<Move, "at">
>`greatest(${({ at }) => at}::timestamptz, (SELECT date_trunc('milliseconds', max(e.at))
  + interval '1 millisecond' FROM request_event e WHERE e.request_id = r.id))`;

const MOVE = statement<Move, unknown>("move-request")`
  WITH moved AS (
    UPDATE access_request r SET state = ${toOf}, last_event = ${eventOf}, version = r.version + 1, updated_at = ${MOVED_AT},
      digest = coalesce(${({ digest }) => digest ?? null}::text, r.digest),
      authorization_digest = coalesce(${({ authorizationDigest }) => authorizationDigest ?? null}::text, r.authorization_digest),
      due_at = coalesce(${({ dueAt }) => dueAt ?? null}::timestamptz, r.due_at),
      response_due_at = coalesce(${({ responseDueAt }) => responseDueAt ?? null}::timestamptz, r.response_due_at),
      extensions = r.extensions + ${isExtended}::boolean::int,
      reminders = CASE WHEN ${isExtended}::boolean THEN 0 ELSE r.reminders END,
      escalated_to = CASE WHEN ${setsEscalation}::boolean THEN ${escalationOf}::text ELSE r.escalated_to END,
      escalated_at = CASE WHEN NOT ${setsEscalation}::boolean THEN r.escalated_at
        WHEN ${escalationOf}::text IS NOT NULL THEN ${MOVED_AT} END,
      transactions = coalesce(${({ transactions }) => transactions ?? null}::text[], r.transactions),
      quorum_legal = coalesce(${({ quorums }) => quorums?.legal ?? null}::int, r.quorum_legal),
      quorum_coordinator = coalesce(${({ quorums }) => quorums?.coordinator ?? null}::int, r.quorum_coordinator)
    WHERE r.id = ${requestIdOf}::uuid AND r.state = ${({ from }) => from} RETURNING r.id, r.updated_at)
  INSERT INTO request_event (id, tenant_id, request_id, by_user_id, kind, from_state, to_state, comment, at)
  SELECT ${({ eventId }) => eventId}::uuid, ${({ tenantId }) => tenantId}::uuid, id,
    ${({ byUserId }) => byUserId ?? null}::uuid, ${eventOf}, ${({ from }) => from}, ${toOf},
    ${({ comment }) => comment ?? null}, updated_at FROM moved RETURNING id`;

/**
 * Moves the state if it is still the expected one, with its event; the database refuses moves that are not in its table.
 */
export async function moveState({ run }: Running, move: Move): Promise<boolean> {
  return (await run(MOVE, move)).length === 1;
}

/** An approval after which its stage still waits for other people. */
type Approval = Pick<Move, "requestId" | "tenantId" | "eventId" | "from" | "byUserId" | "comment" | "at"> & {
  /** The state of its stage; the request may be overdue or extended. */
  readonly stage: RequestState;
};

const stageOf = ({ stage }: Approval) => stage;

const COUNT_APPROVAL = statement<Approval, unknown>("count-approval")`
  WITH counted AS (
    UPDATE access_request r SET version = r.version + 1, updated_at = ${MOVED_AT}
    WHERE r.id = ${({ requestId }) => requestId}::uuid AND r.state = ${({ from }) => from} RETURNING r.id, r.updated_at)
  INSERT INTO request_event (id, tenant_id, request_id, by_user_id, kind, from_state, to_state, comment, at)
  SELECT ${({ eventId }) => eventId}::uuid, ${({ tenantId }) => tenantId}::uuid, id,
    ${({ byUserId }) => byUserId ?? null}::uuid, 'approve', ${stageOf}, ${stageOf},
    ${({ comment }) => comment ?? null}, updated_at FROM counted RETURNING id`;

/** Counts an approval that does not move the request yet, with its event: its readers have an older version then. */
export async function countApproval({ run }: Running, approval: Approval): Promise<boolean> {
  return (await run(COUNT_APPROVAL, approval)).length === 1;
}
