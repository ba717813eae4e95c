import "server-only";
import { z } from "zod";
import type { Seen } from "@/lib/alerts/observe";
import { Prisma } from "@/lib/db/generated/client";
import { Moment } from "@/lib/db/read-rows";
import type { RawTx, Tx } from "@/lib/db/transaction";

const Row = z.object({ name: z.string(), subject: z.string(), at: Moment, count: z.number().int() });

/** Takes alarms of other processes out, oldest first: they are deleted when the transaction ends. */
export async function takeSignals(tx: Tx, tenantId: string): Promise<Seen[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH taken AS (DELETE FROM alert_signal WHERE id IN (
        SELECT id FROM alert_signal WHERE tenant_id = ${tenantId}::uuid ORDER BY at LIMIT 200 FOR UPDATE SKIP LOCKED)
      RETURNING name, subject, at, count)
    SELECT name, subject, at, count FROM taken ORDER BY at`);
  return z
    .array(Row)
    .parse(rows)
    .map((row) => ({ ...row, entries: [] }));
}

/** Stores alarms of a process whose login cannot write alerts. */
export async function insertSignals(tx: RawTx, tenantId: string, seen: readonly Seen[]): Promise<void> {
  for (const { name, subject, at, count } of seen)
    await tx.query(
      "INSERT INTO alert_signal (tenant_id, name, subject, at, count) VALUES ($1, $2, $3, $4, $5)",
      [tenantId, name, subject, at, count],
    );
}
