import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { storeEpoch } from "@/lib/escrow/client/epochs";
import { countBefore, lockEpochs, selectEpochs } from "@/lib/escrow/client/store";
import type { EscrowOrder } from "@/lib/escrow/protocol/epoch-order";
import type { SignedEpoch } from "@/lib/escrow/protocol/messages";
import { requireEscrowAdministrator, signOrder } from "@/lib/keys/escrow-epochs/sign-order";
import type { BegunEpoch } from "@/lib/keys/schema";

type StoredEpoch = Awaited<ReturnType<typeof selectEpochs>>[number];

const newestOf = (epochs: readonly StoredEpoch[]): StoredEpoch | undefined =>
  epochs.reduce<StoredEpoch | undefined>(
    (newest, one) => (newest === undefined || one.statement.epoch > newest.statement.epoch ? one : newest),
    undefined,
  );

function bodyOf({ statement, signature }: SignedEpoch): BegunEpoch {
  const { epoch, kid, public_key, created_at } = statement;
  return { success: true, epoch, kid, public_key, created_at, state: "active", signature };
}

/** Returns the newest epoch if a parallel call started it, or if entries still wait to be moved to it. */
async function underWay(tx: Tx, cx: Context, seen: number): Promise<StoredEpoch | undefined> {
  const { tenantId, log } = cx.instance;
  const known = await selectEpochs(tx, log);
  const newest = newestOf(known);
  if (newest === undefined || newest.statement.epoch > seen) return newest;
  return (await countBefore(tx, tenantId, newest.statement.epoch)) > 0 ? newest : undefined;
}

/**
 * Starts the next escrow epoch, or returns the one that entries are still moved to. The custodian makes its key and
 * signs it, and new envelopes are sealed for it. The caller signs the order for the custodian. The former key opens entries until all are moved (`rewrapEscrow`).
 * Throws `access.forbidden`, `custodian.unavailable`.
 */
export async function rotateEpoch(cx: Context, { signature }: EscrowOrder = {}): Promise<BegunEpoch> {
  requireEscrowAdministrator(cx.principal);
  const seen =
    newestOf(await inSnapshot(cx, (tx) => selectEpochs(tx, cx.instance.log)))?.statement.epoch ?? 0;
  const { epoch, entry } = await inTransaction(cx, async (tx) => {
    await lockEpochs(tx, cx.instance.tenantId);
    const running = await underWay(tx, cx, seen);
    if (running !== undefined) return { epoch: running, entry: undefined };
    const order = await signOrder(cx, { act: "begin", epoch: seen + 1 }, signature);
    const next = await cx.escrow.beginEpoch(order);
    return { epoch: next.signed, entry: await storeEpoch(tx, cx, next) };
  });
  const body = bodyOf(epoch);
  return entry === undefined ? body : { ...body, receipt: await issueReceipt(cx, entry) };
}
