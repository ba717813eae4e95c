import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/**
 * Those among these transactions whose data are active: not settled or failed, or under a live dispute or grant
 * (crypto.md "Rotation").
 */
export async function findActiveData(tx: Tx, ids: readonly string[], at: Date): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT t.id FROM transaction t WHERE t.id = ANY (${[...ids]}::uuid[]) AND (
      t.status NOT IN ('settled', 'failed')
      OR EXISTS (SELECT 1 FROM dispute d WHERE d.transaction_id = t.id AND d.state IN ('open', 'taken'))
      OR EXISTS (SELECT 1 FROM access_grant g WHERE g.transactions @> ARRAY[t.id::text]
                 AND g.state IN ('pending', 'active') AND g.not_after > ${at}))`);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Whether the log has not taken an entry for this long. What a re-wrap binds anew would be believed for the merge delay
 * only, and shut afterwards, where nothing goes into the tree.
 */
export async function isLogBehind(tx: Tx, seconds: number): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM audit_queue q WHERE q.queued_at < now() - make_interval(secs => ${seconds}::int)
      AND NOT EXISTS (SELECT 1 FROM audit_quarantine a WHERE a.entry_id = q.entry_id) LIMIT 1`);
  return rows.length > 0;
}

/** Inserts the next generations of sealed groups. */
export async function insertGroups(
  tx: Tx,
  rows: readonly Prisma.transaction_groupCreateManyInput[],
): Promise<void> {
  if (rows.length > 0) await tx.transaction_group.createMany({ data: [...rows] });
}

/** Removes the recipient entries of generations that have a successor: nobody opens them any more. */
export async function deleteOldWraps(tx: Tx, transactionIds: readonly string[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM wrap w WHERE w.transaction_id = ANY (${[...transactionIds]}::uuid[])
      AND w.gen < (SELECT max(g.gen) FROM transaction_group g
                   WHERE g.transaction_id = w.transaction_id AND g.grp = w.grp)`);
}
