import "server-only";
import { closedLog } from "@/lib/audit/reading/of-log";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { readWraps, type WrapRow } from "@/lib/keys/wraps/store-wraps";
import type { EntryLeaf, GroupRow, TransactionRow } from "@/lib/transactions/rows";
import { findEntryBytes, findGroups, findLeaves } from "@/lib/transactions/store";
import { areEnvelopesBound, type SealedGroupRow } from "@/lib/transactions/verify-envelopes";
import { contextOf, envelopeOf } from "@/lib/transactions/wraps";

/** The stored sealed groups of a transaction, with the bytes of the entries that bind them. */
export interface SealedRecord {
  readonly groups: readonly SealedGroupRow[];
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly leaves: ReadonlyMap<string, EntryLeaf>;
}

/** Returns everything that opening needs, in the caller's snapshot. None of it is trusted yet. */
export async function loadSealed(tx: Tx, transaction: TransactionRow): Promise<SealedRecord> {
  const [record] = await loadAllSealed(tx, [transaction]);
  return record ?? { groups: [], entries: new Map(), leaves: new Map() };
}

/** The rows of sealed records; those of other transactions may be among them. */
interface SealedRows {
  readonly groups: readonly GroupRow[];
  readonly wraps: readonly WrapRow[];
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly leaves: ReadonlyMap<string, EntryLeaf>;
}

/** Returns one transaction's record, its envelopes rebuilt from their rows. */
export function sealedRecordOf(
  transaction: TransactionRow,
  { groups, wraps, entries, leaves }: SealedRows,
): SealedRecord {
  const own = groups
    .filter((row) => row.transactionId === transaction.id)
    .map((row) => {
      const context = contextOf(transaction.id, transaction.rd ?? "", row);
      const mine = wraps.filter(
        (wrap) => wrap.transactionId === transaction.id && wrap.group === row.group && wrap.gen === row.gen,
      );
      return { row, context, wraps: mine, envelope: envelopeOf(context, row, mine) };
    });
  return { groups: own, entries, leaves };
}

/** The same for many transactions with as many statements, in their order; entries and leaves are those of all. */
export async function loadAllSealed(
  tx: Tx,
  transactions: readonly TransactionRow[],
): Promise<SealedRecord[]> {
  const ids = transactions.map(({ id }) => id);
  const groups = await findGroups(tx, ids);
  const wraps = groups.length === 0 ? [] : await readWraps(tx, ids);
  const entryIds = [
    ...transactions.map(({ createEntryId }) => createEntryId),
    ...groups.map((group) => group.entryId),
  ];
  const entries = await findEntryBytes(tx, entryIds);
  const leaves = await findLeaves(tx, entryIds);
  return transactions.map((transaction) => sealedRecordOf(transaction, { groups, wraps, entries, leaves }));
}

/**
 * Returns whether the stored rows match the log: the present one, or a closed one in this instance's configuration,
 * under which they were sealed.
 */
export function isRecordInLog(
  cx: Pick<Context, "clock" | "instance">,
  transaction: TransactionRow,
  record: SealedRecord,
): boolean {
  return areEnvelopesBound({
    log: cx.instance.log,
    isClosedLog: (origin) => closedLog(cx.instance, origin) !== undefined,
    nowMicros: cx.clock.nowMicros(),
    transaction,
    ...record,
  });
}

/**
 * Throws `envelope.replaced` for rows that do not match the log, and raises the alarm: only a person with write access
 * to the database can cause it. The refusal is recorded as failed.
 */
export function requireBound(
  cx: Pick<Context, "clock" | "instance" | "logger">,
  transaction: TransactionRow,
  record: SealedRecord,
): void {
  if (isRecordInLog(cx, transaction, record)) return;
  cx.logger.error(
    { alarm: "envelope.replaced", transaction: transaction.id },
    "stored envelope does not match the log",
  );
  const error = new DomainError("envelope.replaced");
  error.about = { outcome: "failed" };
  throw error;
}
