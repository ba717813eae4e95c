/**
 * Transactions: submit, read, open and re-wrap records with sealed groups. This file stores their rows.
 * submit/ seals and stores; open/ runs the seven steps of an opening (open/open-transaction.ts); rewrap/, client-held/
 * and key-recovery/ move recipient entries to other keys; verify-envelopes.ts compares rows with the log.
 * Must stay true: no envelope is opened or moved unless it matches the log, no field is opened before its intent entry
 * is committed (I2), and a hidden transaction gets the same answer as an unknown one (I12).
 */
import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import type { Fields, Groups } from "@/lib/transactions/groups";
import {
  type EntryLeaf,
  type GroupRow,
  type TransactionRow,
  toGroupRow,
  toTransactionRow,
} from "@/lib/transactions/rows";
import type { TransactionStatus } from "@/lib/transactions/schema";

export const TRANSACTION_COLUMNS = Prisma.sql`
  t.id, t.job_id, t.submitter, t.status, t.status_before_dispute, t.confidential, t.participants, t.digest_list,
  t.rd, t.meta, t.plain, t.occurred_at, t.created_at, t.created_at_us, t.version, t.create_entry_id,
  t.retention_class,
  ARRAY(SELECT DISTINCT g.grp FROM transaction_group g WHERE g.transaction_id = t.id) AS sealed_groups`;

const FIND_TRANSACTION = statement<{ readonly tenantId: string; readonly id: string }, unknown>(
  "find-transaction",
)`
  SELECT ${TRANSACTION_COLUMNS} FROM transaction t
  WHERE t.id = ${({ id }) => id}::uuid AND t.tenant_id = ${({ tenantId }) => tenantId}::uuid`;

/** Returns the transaction if it exists in this tenant. The use case decides whether the caller may know of it. */
export async function findTransaction(
  run: Run,
  tenantId: string,
  id: string,
): Promise<TransactionRow | undefined> {
  return (await run(FIND_TRANSACTION, { tenantId, id })).map(toTransactionRow)[0];
}

/** Returns those of these transactions that exist in this tenant, in the order of their ids. */
export async function findTransactions(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<TransactionRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${TRANSACTION_COLUMNS} FROM transaction t
    WHERE t.tenant_id = ${tenantId}::uuid AND t.id = ANY (${[...ids]}::uuid[]) ORDER BY t.id`);
  return rows.map(toTransactionRow);
}

/** Returns the newest generation of each sealed group of these transactions. */
export async function findGroups(tx: Tx, transactionIds: readonly string[]): Promise<GroupRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT DISTINCT ON (transaction_id, grp)
      transaction_id, grp, gen, ep, field_count, protected, iv, ciphertext, tag, bd, entry_id
    FROM transaction_group WHERE transaction_id = ANY (${[...transactionIds]}::uuid[])
    ORDER BY transaction_id, grp, gen DESC`);
  return rows.map(toGroupRow);
}

/** Returns canonical bytes of entries, as they are hashed into the log. */
export async function findEntryBytes(tx: Tx, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const rows = await tx.audit_entry.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, bytes: true },
  });
  return new Map(rows.map((row) => [row.id, row.bytes]));
}

/** Returns leaves of those entries that are in a tree, each with the log of that tree. */
export async function findLeaves(tx: Tx, entryIds: readonly string[]): Promise<Map<string, EntryLeaf>> {
  const rows = await tx.audit_leaf.findMany({
    where: { entry_id: { in: [...new Set(entryIds)] } },
    select: { entry_id: true, log: true, leaf_hash: true },
  });
  return new Map(rows.map((row) => [row.entry_id, { log: row.log, hash: row.leaf_hash }]));
}

/** Moves the status unless another call did since; returns false if another was first. */
export async function updateStatus(
  tx: Tx,
  change: {
    readonly id: string;
    readonly version: number;
    readonly status: TransactionStatus;
    readonly statusBeforeDispute: TransactionStatus | undefined;
  },
): Promise<boolean> {
  const { count } = await tx.transaction.updateMany({
    where: { id: change.id, version: change.version },
    data: {
      status: change.status,
      status_before_dispute: change.statusBeforeDispute ?? null,
      version: change.version + 1,
    },
  });
  return count === 1;
}

/** The retention class: `standard`, or `extended` for a record that is kept longer than a role can look back. */
export async function updateRetention(tx: Tx, id: string, retentionClass: string): Promise<void> {
  await tx.transaction.updateMany({ where: { id }, data: { retention_class: retentionClass } });
}

/** Returns whether the transaction has a live dispute. While it does, it stays in dispute. */
export async function hasLiveDispute(tx: Tx, transactionId: string): Promise<boolean> {
  const where = { transaction_id: transactionId, state: { in: ["open", "taken"] } };
  return (await tx.dispute.count({ where })) > 0;
}

export async function insertVersion(tx: Tx, data: Prisma.transaction_versionCreateManyInput): Promise<void> {
  await tx.transaction_version.createMany({ data: [data] });
}

/** Returns the content of `plain`: fields by group. */
export function plainColumn(groups: Groups): Record<string, Fields> | undefined {
  const entries = Object.entries(groups);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/**
 * Locks these transactions until commit against other changes of their recipients or status. Locks in the order of
 * their ids, so two calls wait for each other and cannot deadlock.
 */
export async function lockTransactions(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<TransactionRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${TRANSACTION_COLUMNS} FROM transaction t
    WHERE t.tenant_id = ${tenantId}::uuid AND t.id = ANY (${[...ids]}::uuid[]) ORDER BY t.id FOR NO KEY UPDATE OF t`);
  return rows.map(toTransactionRow);
}

/** Lets a newer entry bind groups; their bodies stay as they are. */
export async function bindGroups(
  tx: Tx,
  bound: readonly {
    readonly transactionId: string;
    readonly group: string;
    readonly gen: number;
    readonly entryId: string;
  }[],
): Promise<void> {
  const rows = bound.map(({ transactionId, group, gen, entryId }) => ({
    transaction_id: transactionId,
    grp: group,
    gen,
    entry_id: entryId,
  }));
  await tx.$executeRaw(Prisma.sql`
    UPDATE transaction_group g SET entry_id = r.entry_id
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (transaction_id uuid, grp text, gen int, entry_id uuid)
    WHERE g.transaction_id = r.transaction_id AND g.grp = r.grp AND g.gen = r.gen`);
}
