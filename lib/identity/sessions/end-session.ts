import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import { endSessions } from "@/lib/identity/sessions/store";

/** Why sessions were ended; `replaced` by a newer sign-in in the same browser. */
export type EndReason =
  | "signed-out"
  | "ended-by-owner"
  | "replaced"
  | "expired"
  | "idle"
  | "inactive"
  | "changed"
  | "factors-changed"
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
