import "server-only";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import type { EscrowEpoch } from "@/lib/escrow/protocol/port";
import { lockActiveKeys } from "@/lib/keys/active-keys";
import { retiredDerivers } from "@/lib/keys/managed-deriver";
import { listRetired, lockRunning, type RotationRow } from "@/lib/keys/rotation/store";
import { loadAllSealed } from "@/lib/transactions/read/load-sealed";
import { type Change, changeOf, type RewrapContext } from "@/lib/transactions/rewrap/change-of";
import type { ResealRecipients } from "@/lib/transactions/rewrap/reseal-groups";
import { findActiveData, isLogBehind } from "@/lib/transactions/rewrap/store";
import { storeChanges } from "@/lib/transactions/rewrap/store-changes";
import type { TransactionRow } from "@/lib/transactions/rows";
import { lockTransactions } from "@/lib/transactions/store";

/** Transactions of one batch, which one database transaction locks. */
const BATCH = 50;

/** A worker takes entries within a second. After this long without one, it may have stopped. */
const BEHIND_SECONDS = 20;

/**
 * The result of a batch. `moved`: entries up to `last` are re-wrapped, and the next batch continues there. `through`:
 * no entries are left. `waits`: another process works on it, the log accepts no entries, or the participant has no
 * active key.
 */
export type BatchResult =
  | { readonly kind: "moved"; readonly moved: number; readonly last: string }
  | { readonly kind: "through" }
  | { readonly kind: "waits" };

/** The shared data of one rotation's batches. */
export interface RewrapWork {
  readonly rotation: RotationRow;
  readonly escrow: EscrowEpoch;
}

/**
 * Returns, for a rotation that reseals, the transactions with active data, or all for a compromised key, with their
 * parties' keys, locked.
 */
async function resealRecipients(
  tx: Tx,
  cx: RewrapContext,
  { rotation, escrow }: RewrapWork,
  transactions: readonly TransactionRow[],
): Promise<Map<string, ResealRecipients>> {
  if (rotation.mode !== "reseal") return new Map();
  const ids = transactions.map(({ id }) => id);
  const chosen = rotation.compromisedKeyId === undefined ? await findActiveData(tx, ids) : new Set(ids);
  const wanted = transactions.filter(({ id }) => chosen.has(id));
  const keys = await lockActiveKeys(cx, tx, [...new Set(wanted.flatMap(({ participants }) => participants))]);
  return new Map(
    wanted.map(({ id, participants }) => [
      id,
      { keys: keys.filter(({ participantId }) => participants.includes(participantId)), escrow },
    ]),
  );
}

/**
 * Moves up to 50 transactions to the participant's active key in one database transaction: locks, compares with the
 * log, re-wraps or reseals, writes an entry for each transaction. A kill at any point leaves the batch undone or done.
 * Of two at once, one does it.
 */
export function rewrapBatch(
  cx: RewrapContext,
  work: RewrapWork,
  after: string | undefined,
): Promise<BatchResult> {
  const { rotation } = work;
  return inTransaction(cx, async (tx) => {
    if (!(await lockRunning(tx, rotation.id))) return { kind: "waits" };
    if (await isLogBehind(tx, BEHIND_SECONDS)) return { kind: "waits" };
    const [next] = await lockActiveKeys(cx, tx, [rotation.participantId]);
    if (next === undefined) return { kind: "waits" };
    const ids = await listRetired(tx, { ...rotation, after, limit: BATCH });
    const last = ids.at(-1);
    if (last === undefined) return { kind: "through" };
    const transactions = await lockTransactions(tx, cx.instance.tenantId, ids);
    const derivers = await retiredDerivers(tx, cx, rotation);
    const records = await loadAllSealed(tx, transactions);
    const reseal = await resealRecipients(tx, cx, work, transactions);
    const changes: Change[] = [];
    for (const [at, transaction] of transactions.entries()) {
      const record = records[at];
      const change = record && (await changeOf(cx, transaction, record, { derivers, next, reseal }));
      if (change !== undefined) changes.push(change);
    }
    return { kind: "moved", moved: await storeChanges(tx, cx, rotation, next, changes), last };
  });
}
