import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const RecordedRow = z.object({
  entry_id: z.string(),
  at: z.string(),
  log: z.string(),
  bytes: Bytes,
  compartment_id: z.string(),
  c: z.string(),
  stored: Bytes,
});
export type RecordedRow = z.infer<typeof RecordedRow>;

const BATCH = 200;
/** The end of a verification is a short entry. Longer entries are ignored. */
const MOST_BYTES = 16_384;

/**
 * Yields entries that index rows call ends of verifications, from this instant on, in batches by id, with their org
 * parts.
 */
export async function* selectRecordedEnds(
  tx: Tx,
  tenantId: string,
  from: string,
): AsyncGenerator<RecordedRow[]> {
  for (let after = "00000000-0000-0000-0000-000000000000", more = true; more; ) {
    const rows = await tx.$queryRawUnsafe(
      `SELECT i.entry_id::text, i.at, e.log, e.bytes, p.compartment_id::text, p.c, p.stored
       FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
         JOIN audit_part p ON p.entry_id = i.entry_id AND p.c = 'org'
       WHERE i.tenant_id = $1::uuid AND i.action = 'audit.verify' AND i.outcome IN ('done', 'failed') AND i.at >= $2
         AND i.entry_id > $3::uuid AND octet_length(e.bytes) <= ${MOST_BYTES} AND octet_length(p.stored) <= ${MOST_BYTES}
       ORDER BY i.entry_id LIMIT ${BATCH}`,
      tenantId,
      from,
      after,
    );
    const found = z.array(RecordedRow).parse(rows);
    yield found;
    more = found.length === BATCH;
    after = found.at(-1)?.entry_id ?? after;
  }
}
