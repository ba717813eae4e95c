import "server-only";
import type { CustodyContext } from "@/lib/access/grants/custody-context";
import { findDisputeEnd } from "@/lib/access/grants/dispute-end-store";
import { finishPending } from "@/lib/access/grants/pending-store";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { validityTime } from "@/lib/escrow/protocol/statements";

/**
 * Notifies the custodian that a party's permission has ended, whether or not a grant rested on it. After that the
 * custodian opens nothing under the statement and accepts no new grant. Can be repeated.
 */
export async function announceDisputeEnd(cx: CustodyContext, disputeId: string): Promise<void> {
  const end = await inSnapshot(cx, (tx) => findDisputeEnd(tx, disputeId));
  if (end !== undefined) {
    const { nonce, at, reason, grantId } = end;
    // A dispute that was never taken has no grant to name. Its own id is the id of no grant.
    const grant = grantId ?? disputeId;
    await cx.escrow.revoke({ grant, reason, at: validityTime(at), dispute_nonce: nonce });
  }
  const work = { kind: "dispute.end", subject: disputeId } as const;
  await inTransaction(cx, (tx) => finishPending(tx, work, cx.clock.now()));
}
