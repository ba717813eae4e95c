import "server-only";
import { z } from "zod";
import type { RawTx, Tx } from "@/lib/db/transaction";

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

/** The same of an entry by which an erasure was asked for or agreed to. */
export type AgreedRow = Omit<ErasingRow, "seq">;
const AgreedRow = ErasingRow.omit({ seq: true });

const BATCH = 200;
/** An erasure says little: whatever is longer is none, and the portal's database login can write many of it. */
const MOST_BYTES = 16_384;

const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Every `compartment.erase` that was done, or only those whose entries' ids come after one, a batch at a time by entry; of every log of this database, since a part of a
 * closed log is erased by an entry of the one that followed. Search rows say which, so that most may be forged.
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

/** The entries of these ids with their org parts; of every log, since an erasure may wait for longer than its log lasts. */
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
