import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import { type PartRow, partsOf, partsSelect } from "../entry/part-rows";
import { IndexRow } from "./index-row";
import { VerificationFinding } from "./schema";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Count = z.int().min(0);

/** The result of the check of the index rows, written once in addition to the worker's report. */
export const IndexReport = z.object({
  indexed: Count,
  findings: z.array(VerificationFinding),
  more: Count,
});
export type IndexReport = z.infer<typeof IndexReport>;

/** A portal's progress through the index rows, so that another can continue. */
export const IndexProgress = IndexReport.extend({ next: Count, size: Count });
export type IndexProgress = z.infer<typeof IndexProgress>;

const Claimed = z.object({ id: z.string(), progress: z.unknown(), size: Seq });

export interface IndexClaim {
  readonly token: string;
  readonly leaseSeconds: number;
}

/** Claims a verification that the worker has finished and whose index rows no portal checks. */
export async function claimIndexCheck(
  tx: RawTx,
  tenantId: string,
  { token, leaseSeconds }: IndexClaim,
): Promise<z.infer<typeof Claimed> | undefined> {
  const { rows } = await tx.query(
    `UPDATE audit_verification SET index_claim = $2, index_lease_until = now() + make_interval(secs => $3)
     WHERE id = (SELECT id FROM audit_verification
       WHERE tenant_id = $1 AND state = 'done' AND index_report IS NULL AND end_entry_id IS NULL
         AND coalesce(index_lease_until, '-infinity') < now()
       ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id::text, index_progress AS progress, report->>'entries' AS size`,
    [tenantId, token, leaseSeconds],
  );
  return z.array(Claimed).parse(rows)[0];
}

/** Saves the progress and renews the lease; false when another portal has taken over. */
export async function saveIndexProgress(
  tx: RawTx,
  id: string,
  { token, leaseSeconds }: IndexClaim,
  progress: IndexProgress,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE audit_verification SET index_progress = $3::jsonb, index_lease_until = now() + make_interval(secs => $4)
     WHERE id = $1 AND index_claim = $2 AND index_report IS NULL`,
    [id, token, JSON.stringify(progress), leaseSeconds],
  );
  return rowCount === 1;
}

/** Writes the findings once; false when another portal has taken over. */
export async function finishIndexCheck(
  tx: RawTx,
  id: string,
  token: string,
  report: IndexReport,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE audit_verification SET index_report = $3::jsonb, index_lease_until = NULL
     WHERE id = $1 AND index_claim = $2 AND index_report IS NULL`,
    [id, token, JSON.stringify(report)],
  );
  return rowCount === 1;
}

/** An entry of the tree with its index row and its part rows, as they are stored. */
export interface Indexed extends z.infer<typeof IndexedRow> {
  readonly parts: readonly PartRow[];
}

const IndexedRow = z.object({
  seq: Seq,
  entry_id: z.string(),
  leaf_hash: Bytes,
  bytes: Bytes.nullable(),
  row: IndexRow.nullable(),
});
const StoredRow = IndexedRow.extend({ parts: z.string().nullable() });

const BATCH = 256;
/** Limit for bytes of sealed parts in memory. The portal's database login can write 2.6 MB with each of its entries. */
const MOST_HELD = 32 << 20;

/**
 * Returns the next entries of the tree below `size`, in order, each with its index row and all its part rows. It
 * returns at least one, and as many as fit the memory limit. Empty if no entry is left.
 */
export async function readIndexed(
  tx: RawTx,
  log: string,
  { from, size }: { readonly from: number; readonly size: number },
): Promise<Indexed[]> {
  const { rows } = await tx.query(
    `SELECT w.seq, w.entry_id::text, w.leaf_hash, e.bytes, CASE WHEN i.entry_id IS NULL THEN NULL ELSE to_jsonb(i) END AS row,
       ${partsSelect("w.entry_id", "true")} AS parts
     FROM (SELECT l.*, sum(l.bytes) OVER (ORDER BY l.seq) AS held, row_number() OVER (ORDER BY l.seq) AS nth FROM (
         SELECT l.seq, l.entry_id, l.leaf_hash,
           (SELECT coalesce(sum(octet_length(stored)), 0) FROM audit_part p WHERE p.entry_id = l.entry_id) AS bytes
         FROM audit_leaf l WHERE l.log = $1 AND l.seq >= $2 AND l.seq < $3 ORDER BY l.seq LIMIT ${BATCH}) l) w
       LEFT JOIN audit_entry e ON e.id = w.entry_id LEFT JOIN audit_index i ON i.entry_id = w.entry_id
     WHERE w.held <= ${MOST_HELD} OR w.nth = 1 ORDER BY w.seq`,
    [log, from, size],
  );
  return z
    .array(StoredRow)
    .parse(rows)
    .map(({ parts, ...row }) => ({ ...row, parts: partsOf(parts) }));
}
