import "server-only";
import type { Context } from "@/lib/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { readWraps } from "@/lib/keys/store-wraps";
import { type Attempt, refuse } from "@/lib/transactions/load-known";
import { findEntryBytes, findGroups, findLeaves, type TransactionRow } from "@/lib/transactions/store";
import { areEnvelopesBound, type SealedGroupRow } from "@/lib/transactions/verify-envelopes";
import { contextOf, envelopeOf } from "@/lib/transactions/wraps";

/** The sealed groups of a transaction as stored, with the bytes of the entries that bind them. */
export interface SealedRecord {
  readonly groups: readonly SealedGroupRow[];
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly leaves: ReadonlyMap<string, Uint8Array>;
}

/** Reads everything that opening needs, in the caller's snapshot. Nothing of it is trusted yet. */
export async function loadSealed(tx: Tx, transaction: TransactionRow, log: string): Promise<SealedRecord> {
  const groups = await findGroups(tx, transaction.id);
  const wraps = groups.length === 0 ? [] : await readWraps(tx, transaction.id);
  const ids = [transaction.createEntryId, ...groups.map((group) => group.entryId)];
  return {
    groups: groups.map((row) => {
      const context = contextOf(transaction.id, transaction.rd ?? "", row);
      const mine = wraps.filter((wrap) => wrap.group === row.group && wrap.gen === row.gen);
      return { row, context, wraps: mine, envelope: envelopeOf(context, row, mine) };
    }),
    entries: await findEntryBytes(tx, ids),
    leaves: await findLeaves(tx, log, ids),
  };
}

/**
 * Refuses to go on with rows that are not the ones in the log; the refusal is written down and alarmed, since
 * only somebody with write access to the database can cause it.
 */
export async function requireBound(
  cx: Context,
  transaction: TransactionRow,
  record: SealedRecord,
  attempt: Attempt,
): Promise<void> {
  const evidence = { log: cx.instance.log, nowMicros: cx.clock.nowMicros(), transaction, ...record };
  if (areEnvelopesBound(evidence)) return;
  cx.logger.error(
    { alarm: "envelope.replaced", transaction: transaction.id },
    "a stored envelope is not the one in the log",
  );
  throw await refuse(cx, transaction.id, attempt, new DomainError("envelope.replaced"), "failed");
}
