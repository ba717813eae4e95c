import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { countUnderEpoch, lockEpochs, markDestroyed, selectEpochs } from "@/lib/escrow/client/store";
import type { EscrowOrder } from "@/lib/escrow/protocol/epoch-order";
import { requireEscrowAdministrator, signOrder } from "@/lib/keys/escrow-epochs/sign-order";
import type { DestroyedEpoch } from "@/lib/keys/schema";

/**
 * Has the custodian permanently destroy the private key of a former epoch. No entry may be wrapped for it: neither
 * here, after waiting for transactions that seal for it, nor among those the custodian has registered. Throws
 * `key.not-found`, `key.state`, `access.forbidden`, `custodian.refused`.
 */
export async function destroyEpoch(
  cx: Context,
  epoch: number,
  { signature }: EscrowOrder = {},
): Promise<DestroyedEpoch> {
  requireEscrowAdministrator(cx.principal);
  const entry = await inTransaction(cx, async (tx) => {
    await lockEpochs(tx, cx.instance.tenantId);
    const known = (await selectEpochs(tx, cx.instance.log)).find(
      ({ statement }) => statement.epoch === epoch,
    );
    if (known === undefined) throw new DomainError("key.not-found");
    if (known.state !== "deactivated") {
      throw new DomainError("key.state", { detail: `The epoch ${epoch} is ${known.state}.` });
    }
    const remaining = await countUnderEpoch(tx, cx.instance.tenantId, epoch);
    if (remaining > 0) {
      throw new DomainError("key.state", {
        detail: `${remaining} field groups are still sealed for the epoch ${epoch}. Wait until they are re-wrapped.`,
        extra: { remaining_wraps: remaining },
      });
    }
    const written = await appendEntry(tx, cx, {
      class: "key",
      outcome: "done",
      action: "escrow.destroy",
      subjects: [`escrow_epoch:${epoch}`],
      details: { kid: known.statement.kid },
    });
    await markDestroyed(tx, cx.instance.tenantId, epoch);
    await cx.escrow.destroyEpoch(await signOrder(cx, { act: "destroy", epoch }, signature));
    return written;
  });
  return {
    success: true,
    epoch,
    kid: `escrow#${epoch}`,
    state: "destroyed",
    receipt: await issueReceipt(cx, entry),
  };
}
