import "server-only";
import { appendEntries } from "@/lib/audit/append-entry";
import type { AuditContext } from "@/lib/audit/audit-context";
import type { AuditEvent } from "@/lib/audit/event";
import type { Context } from "@/lib/context";
import { OpenError } from "@/lib/crypto/format-error";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { type ActiveKey, lockActiveKeys } from "@/lib/keys/active-keys";
import { listRetired, lockRunning, moveWraps, type RotationRow } from "@/lib/keys/rotation/store";
import { loadAllSealed, type SealedRecord } from "@/lib/transactions/load-sealed";
import { type Derivers, type RewrappedGroups, rewrapGroups } from "@/lib/transactions/rewrap/rewrap-groups";
import { bindGroups, lockTransactions, type TransactionRow } from "@/lib/transactions/store";
import { areEnvelopesBound } from "@/lib/transactions/verify-envelopes";

export type RewrapContext = Pick<Context, "db" | "instance" | "keystore" | "logger"> & AuditContext;

/** Transactions of one batch: what one database transaction locks and holds. */
const BATCH = 50;

/**
 * How a batch went: `moved` up to `last`, where the next one goes on; `through` when nothing lies beyond; `waits` when
 * another process works on it, or the participant has no active key to move to.
 */
export type BatchResult =
  | {
      readonly kind: "moved";
      readonly moved: number;
      readonly refused: readonly string[];
      readonly last: string;
    }
  | { readonly kind: "through" }
  | { readonly kind: "waits" };

interface Rewrapped extends RewrappedGroups {
  readonly transaction: TransactionRow;
}

function eventOf(
  rotation: RotationRow,
  next: ActiveKey,
  { transaction, moved, digests }: Rewrapped,
): AuditEvent {
  return {
    class: "transaction",
    outcome: "done",
    action: "transaction.rewrap",
    subjects: [`transaction:${transaction.id}`],
    details: {
      transaction: transaction.id,
      rotation: rotation.id,
      kid: next.kid,
      old_kids: [...new Set(moved.map(({ oldKid }) => oldKid))].sort(),
      groups: digests.map(({ grp }) => grp),
    },
    pub: { envelopes: [...digests].sort((a, b) => (a.grp < b.grp ? -1 : 1)) },
    index: { transactionId: transaction.id, participantId: rotation.participantId },
  };
}

/** One transaction's new entries; undefined, with an alarm, when what stands there is not to be trusted or opened. */
async function rewrapOne(
  cx: RewrapContext,
  transaction: TransactionRow,
  record: SealedRecord,
  work: { readonly derivers: Derivers; readonly next: ActiveKey },
): Promise<Rewrapped | undefined> {
  const evidence = { log: cx.instance.log, nowMicros: cx.clock.nowMicros(), transaction, ...record };
  const alarm = areEnvelopesBound(evidence) ? undefined : "envelope.replaced";
  if (alarm === undefined) {
    try {
      return { transaction, ...(await rewrapGroups(record.groups, work.derivers, work.next)) };
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
    }
  }
  cx.logger.error(
    { alarm: alarm ?? "envelope.open-failed", transaction: transaction.id },
    "a recipient entry was not moved to its participant's new key",
  );
  return undefined;
}

async function store(
  tx: Tx,
  cx: RewrapContext,
  rotation: RotationRow,
  next: ActiveKey,
  all: readonly Rewrapped[],
): Promise<number> {
  if (all.length === 0) return 0;
  const entries = await appendEntries(
    tx,
    cx,
    all.map((one) => eventOf(rotation, next, one)),
  );
  const moved = all.flatMap((one) => one.moved);
  if ((await moveWraps(tx, moved)) !== moved.length) throw new TypeError("a locked recipient entry is gone");
  const bound = all.flatMap(({ digests, transaction }, at) =>
    digests.map(({ grp, gen }) => ({
      transactionId: transaction.id,
      group: grp,
      gen,
      entryId: entries[at]?.id ?? "",
    })),
  );
  await bindGroups(tx, bound);
  return moved.length;
}

/**
 * Re-wraps the entries of up to 50 transactions in one database transaction: locks, compares with the log, moves, writes
 * an entry for each transaction. Killed at any point it leaves the batch undone or done; two at once, one does it.
 */
export function rewrapBatch(
  cx: RewrapContext,
  rotation: RotationRow,
  derivers: Derivers,
  after: string | undefined,
): Promise<BatchResult> {
  return inTransaction(cx, async (tx) => {
    if (!(await lockRunning(tx, rotation.id))) return { kind: "waits" };
    const [next] = await lockActiveKeys(tx, [rotation.participantId]);
    if (next === undefined) return { kind: "waits" };
    const ids = await listRetired(tx, { participantId: rotation.participantId, after, limit: BATCH });
    const last = ids.at(-1);
    if (last === undefined) return { kind: "through" };
    const transactions = await lockTransactions(tx, cx.instance.tenantId, ids);
    const records = await loadAllSealed(tx, transactions, cx.instance.log);
    const done: Rewrapped[] = [];
    const refused: string[] = [];
    for (const [at, transaction] of transactions.entries()) {
      const record = records[at];
      const one = record && (await rewrapOne(cx, transaction, record, { derivers, next }));
      if (one === undefined) refused.push(transaction.id);
      else if (one.moved.length > 0) done.push(one);
    }
    return { kind: "moved", moved: await store(tx, cx, rotation, next, done), refused, last };
  });
}
