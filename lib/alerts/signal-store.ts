import "server-only";
import { z } from "zod";
import type { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import type { Seen } from "@/lib/alerts/observe";
import { Prisma } from "@/lib/db/generated/client";
import { Moment } from "@/lib/db/read-rows";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";

const Row = z.object({ name: z.string(), subject: z.string(), at: Moment, count: z.number().int() });

/** Takes alarms of other processes out, oldest first: they are deleted when the transaction ends. */
export async function takeSignals(tx: Tx, tenantId: string): Promise<Seen[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH taken AS (DELETE FROM alert_signal WHERE id IN (
        SELECT id FROM alert_signal WHERE tenant_id = ${tenantId}::uuid ORDER BY at LIMIT 200)
      RETURNING name, subject, at, count)
    SELECT name, subject, at, count FROM taken ORDER BY at`);
  return z
    .array(Row)
    .parse(rows)
    .map((row) => ({ ...row, entries: [] }));
}

/** Stores alarms of a process that opens no alert itself. */
async function insertSignals(tx: Tx, tenantId: string, seen: readonly Seen[]): Promise<void> {
  await tx.alert_signal.createMany({
    data: seen.map(({ name, subject, at, count }) => ({ tenant_id: tenantId, name, subject, at, count })),
  });
}

/**
 * Stores the alarms that a process collected, for a portal to make alerts of. What cannot be stored is kept for the next
 * call.
 */
export async function storeSignals(cx: DbContext, alarms: AlarmBuffer): Promise<void> {
  const seen = alarms.drain();
  if (seen.length === 0) return;
  try {
    await inTransaction(cx, (tx) => insertSignals(tx, cx.instance.tenantId, seen));
  } catch (error) {
    for (const one of seen) alarms.add(one);
    throw error;
  }
}
