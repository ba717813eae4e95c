import "server-only";
import type { Tx } from "@/lib/db/transaction";

/** One event of a request. Events are never changed or removed. */
export interface TimelineEvent {
  readonly kind: string;
  readonly byUserId: string | undefined;
  readonly fromState: string | undefined;
  readonly toState: string | undefined;
  readonly comment: string | undefined;
  readonly at: Date;
}

export async function insertEvent(
  tx: Tx,
  event: TimelineEvent & { readonly id: string; readonly tenantId: string; readonly requestId: string },
): Promise<void> {
  await tx.request_event.createMany({
    data: [
      {
        id: event.id,
        tenant_id: event.tenantId,
        request_id: event.requestId,
        by_user_id: event.byUserId ?? null,
        kind: event.kind,
        from_state: event.fromState ?? null,
        to_state: event.toState ?? null,
        comment: event.comment ?? null,
        at: event.at,
      },
    ],
  });
}

/** Returns when the newest event of a request happened. */
export async function findLastAt(tx: Tx, requestId: string): Promise<Date | undefined> {
  const { _max: newest } = await tx.request_event.aggregate({
    where: { request_id: requestId },
    _max: { at: true },
  });
  return newest.at ?? undefined;
}

export async function listEvents(tx: Tx, requestId: string): Promise<TimelineEvent[]> {
  const rows = await tx.request_event.findMany({
    where: { request_id: requestId },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
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
