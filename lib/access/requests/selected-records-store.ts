import "server-only";
import type { SelectedRecord } from "@/lib/authorities/selector";
import type { Tx } from "@/lib/db/transaction";

/** What an order's selector is checked against: the participants of these records, and when they were submitted. */
export async function findSelectedRecords(tx: Tx, ids: readonly string[]): Promise<SelectedRecord[]> {
  const rows = await tx.transaction.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, participants: true, created_at_us: true },
  });
  return rows.map((row) => ({
    id: row.id,
    participants: row.participants,
    createdAt: new Date(Number(row.created_at_us / 1000n)),
  }));
}
