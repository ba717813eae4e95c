import "server-only";
import { z } from "zod";
import type { RawTx, Tx } from "@/lib/db/transaction";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** An entry whose index row says that an erasure was done, with the columns that prove or disprove it. */
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

/** The same columns of an entry that requests an erasure or agrees to one. */
export type AgreedRow = Omit<ErasingRow, "seq">;
const AgreedRow = ErasingRow.omit({ seq: true });

const BATCH = 200;
/** An erasure is short. Longer entries are ignored, because the portal's database login can write many of them. */
const MOST_BYTES = 16_384;

const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Yields every completed `compartment.erase`, or only those with an entry id after a given one, in batches by entry
 * id. It reads every log of this database, because a part of a closed log can be erased by an entry of the log that
 * followed. Index rows select them, so most of them may be forged.
 */
export async function* readErasingRows(tx: RawTx, from = FIRST): AsyncGenerator<ErasingRow[]> {
  for (let after = from, more = true; more; ) {
    const { rows } = await tx.query(
      `SELECT i.entry_id::text, e.log, l.seq, l.leaf_hash, e.bytes, p.compartment_id::text, p.c, p.stored
       FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
         JOIN audit_part p ON p.entry_id = i.entry_id AND p.c = 'org'
         LEFT JOIN audit_leaf l ON l.entry_id = i.entry_id AND l.log = e.log
       WHERE i.action = 'compartment.erase' AND i.outcome = 'done' AND i.entry_id > $1::uuid
         AND octet_length(e.bytes) <= ${MOST_BYTES} AND octet_length(p.stored) <= ${MOST_BYTES}
       ORDER BY i.entry_id LIMIT ${BATCH}`,
      [after],
    );
    const found = z.array(ErasingRow).parse(rows);
    yield found;
    more = found.length === BATCH;
    after = found.at(-1)?.entry_id ?? after;
  }
}

/**
 * Returns the entries with these ids and their org parts, from every log, because an erasure may wait longer than its
 * log is open.
 */
export async function readAgreedRows(
  tx: Tx,
  tenantId: string,
  entryIds: readonly string[],
): Promise<AgreedRow[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT e.id::text AS entry_id, e.log, l.leaf_hash, e.bytes, p.compartment_id::text, p.c, p.stored
     FROM audit_entry e JOIN audit_part p ON p.entry_id = e.id AND p.c = 'org'
       LEFT JOIN audit_leaf l ON l.entry_id = e.id AND l.log = e.log
     WHERE e.tenant_id = $1::uuid AND e.id = ANY ($2::uuid[])
       AND octet_length(e.bytes) <= ${MOST_BYTES} AND octet_length(p.stored) <= ${MOST_BYTES}`,
    tenantId,
    [...entryIds],
  );
  return z.array(AgreedRow).parse(rows);
}
