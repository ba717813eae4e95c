import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** What an index row calls an erasure that was done, with what is needed to see whether it is one. */
const ErasingRow = z.object({
  entry_id: z.string(),
  log: z.string(),
  seq: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
  leaf_hash: Bytes.nullable(),
  bytes: Bytes,
  compartment_id: z.string(),
  c: z.string(),
  stored: Bytes,
});
export type ErasingRow = z.infer<typeof ErasingRow>;

/**
 * Every `compartment.erase` that was done, by sequence number, those that wait for their leaf last; of every log of
 * this database, since a part of a closed log is erased by an entry of the one that followed.
 */
export async function readErasingRows(tx: RawTx): Promise<ErasingRow[]> {
  const { rows } = await tx.query(
    `SELECT i.entry_id::text, e.log, l.seq, l.leaf_hash, e.bytes, p.compartment_id::text, p.c, p.stored
     FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
       JOIN audit_part p ON p.entry_id = i.entry_id AND p.c = 'org'
       LEFT JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = e.log
     WHERE i.action = 'compartment.erase' AND i.outcome = 'done'
     ORDER BY l.seq NULLS LAST, e.id`,
  );
  return z.array(ErasingRow).parse(rows);
}
