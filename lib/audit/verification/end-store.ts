import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const RecordedRow = z.object({
  entry_id: z.string(),
  log: z.string(),
  bytes: Bytes,
  compartment_id: z.string(),
  c: z.string(),
  stored: Bytes,
});
export type RecordedRow = z.infer<typeof RecordedRow>;

/** Entries that search rows call ends of verifications, from this instant on, oldest first, with their org parts. */
export async function selectRecordedEnds(tx: Tx, tenantId: string, from: string): Promise<RecordedRow[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT i.entry_id::text, e.log, e.bytes, p.compartment_id::text, p.c, p.stored
     FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
       JOIN audit_part p ON p.entry_id = i.entry_id AND p.c = 'org'
     WHERE i.tenant_id = $1::uuid AND i.action = 'audit.verify' AND i.outcome IN ('done', 'failed') AND i.at >= $2
     ORDER BY i.at, i.entry_id`,
    tenantId,
    from,
  );
  return z.array(RecordedRow).parse(rows);
}
