import "server-only";
import { type Running, statement } from "@/lib/db/statement";

/** One event of a request. Events are never changed or removed. */
export interface TimelineEvent {
  readonly kind: string;
  readonly byUserId: string | undefined;
  readonly fromState: string | undefined;
  readonly toState: string | undefined;
  readonly comment: string | undefined;
  readonly at: Date;
}

interface NewEvent extends TimelineEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly requestId: string;
}

const INSERT_EVENT = statement<NewEvent, never>("insert-request-event")`
  INSERT INTO request_event (id, tenant_id, request_id, by_user_id, kind, from_state, to_state, comment, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ requestId }) => requestId}::uuid,
    ${({ byUserId }) => byUserId ?? null}::uuid, ${({ kind }) => kind}, ${({ fromState }) => fromState ?? null},
    ${({ toState }) => toState ?? null}, ${({ comment }) => comment ?? null}, ${({ at }) => at}::timestamptz)`;

export async function insertEvent({ run }: Running, event: NewEvent): Promise<void> {
  await run(INSERT_EVENT, event);
}

interface EventRow {
  readonly kind: string;
  readonly by_user_id: string | null;
  readonly from_state: string | null;
  readonly to_state: string | null;
  readonly comment: string | null;
  readonly at: Date;
}

const LIST_EVENTS = statement<{ readonly requestId: string }, EventRow>("list-request-events")`
  SELECT kind, by_user_id, from_state, to_state, comment, at FROM request_event
  WHERE request_id = ${({ requestId }) => requestId}::uuid ORDER BY at, id`;

export async function listEvents({ run }: Running, requestId: string): Promise<TimelineEvent[]> {
  const rows = await run(LIST_EVENTS, { requestId });
  return rows.map((row) => ({
    kind: row.kind,
    byUserId: row.by_user_id ?? undefined,
    fromState: row.from_state ?? undefined,
    toState: row.to_state ?? undefined,
    comment: row.comment ?? undefined,
    at: row.at,
  }));
}

/** Returns when the newest question was asked; the review clock is paused from then until its answer. */
export function askedAt(events: readonly TimelineEvent[]): Date | undefined {
  return events.filter((event) => event.kind === "ask").at(-1)?.at;
}
