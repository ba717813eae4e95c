import "server-only";
import { endAgreement, listExpired, lockAgreement } from "@/lib/administration/agreements/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";

const BATCH = 100;

/** Records that an agreement's time is over. Changes nothing before that, or where it has ended. */
export async function expireAgreement(tx: Tx, cx: AuditContext, id: string): Promise<boolean> {
  const now = cx.clock.now();
  const row = await lockAgreement(tx, cx.instance.tenantId, id);
  if (row?.state !== "open" || now < row.expiresAt) return false;
  await endAgreement(tx, id, { state: "expired", by: undefined, at: now, reason: undefined });
  await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "agreement.expire",
    subjects: [`agreement:${id}`],
    details: { kind: row.kind },
  });
  return true;
}

/**
 * Records the end of agreements without a decision. They can no longer be agreed to since that moment; this
 * only writes it down. Several portals may run it at once.
 */
export async function expireAgreements(cx: AuditContext & DbContext): Promise<number> {
  const which = { tenantId: cx.instance.tenantId, now: cx.clock.now(), limit: BATCH };
  const ids = await inSnapshot(cx, (tx) => listExpired(tx, which));
  let ended = 0;
  for (const id of ids) if (await inTransaction(cx, (tx) => expireAgreement(tx, cx, id))) ended += 1;
  return ended;
}
