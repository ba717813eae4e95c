import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { endOf } from "@/lib/identity/sessions/session-rules";
import { endSessions, listOpenSessions } from "@/lib/identity/sessions/store";

/** Why sessions were ended; `replaced` by a newer sign-in in the same browser. */
export type EndReason =
  | "signed-out"
  | "ended-by-owner"
  | "ended-by-administrator"
  | "replaced"
  | "expired"
  | "idle"
  | "inactive"
  | "changed"
  | "factors-changed"
  | "provider-changed"
  | "wrong-proofs";

export interface WhichSessions {
  readonly userId: string;
  /** One session; absent means all of the person's. */
  readonly sid?: string | undefined;
  /** All except this one. */
  readonly but?: string | undefined;
  readonly reason: EndReason;
}

/** Ends sessions in the caller's transaction and records which. */
export async function endSessionsIn(
  tx: Tx,
  cx: AuditContext & DbContext,
  which: WhichSessions,
): Promise<string[]> {
  const ended = await endSessions(tx, { ...which, at: cx.clock.now() });
  if (ended.length > 0) {
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "session.end",
      subjects: ended.map((sid) => `session:${sid}`),
      details: { reason: which.reason, count: ended.length },
    });
  }
  return ended;
}

/** Ends sessions at once: their cookies no longer open anything. Returns how many were live. */
export async function endSession(cx: AuditContext & DbContext, which: WhichSessions): Promise<number> {
  const ended = await inTransaction(cx, (tx) => endSessionsIn(tx, cx, which));
  return ended.length;
}

const BATCH = 500;

/**
 * Records the end of dead sessions: expired, idle, or of people who may no longer act. They already open nothing.
 * Several portals may run this at the same time; one of them ends each session.
 */
export async function endDeadSessions(cx: IdentityContext): Promise<number> {
  const now = cx.clock.now();
  const open = await inSnapshot(cx, (tx) => listOpenSessions(tx, cx.instance.tenantId, BATCH));
  let ended = 0;
  for (const session of open) {
    const reason = endOf(session, now);
    if (reason === undefined || reason === "ended") continue;
    const which = { userId: session.holder.userId, sid: session.sid, reason };
    ended += (await inTransaction(cx, (tx) => endSessionsIn(tx, cx, which))).length;
  }
  return ended;
}
