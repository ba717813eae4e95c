import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import { VerificationFinding } from "./schema";
import { SearchRow } from "./search-row";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Count = z.int().min(0);

/** What the search rows came to, written once beside the worker's report. */
export const IndexReport = z.object({
  indexed: Count,
  findings: z.array(VerificationFinding),
  more: Count,
});
export type IndexReport = z.infer<typeof IndexReport>;

/** How far a portal is with the search rows, so that another can go on. */
export const IndexProgress = IndexReport.extend({ next: Count, size: Count });
export type IndexProgress = z.infer<typeof IndexProgress>;

const Claimed = z.object({ id: z.string(), progress: z.unknown(), size: Seq });

export interface IndexClaim {
  readonly token: string;
  readonly leaseSeconds: number;
}

/** Takes a verification that the worker has ended and whose search rows nobody looks at. */
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

/** Keeps how far it is and renews the lease; false when another portal has taken it over. */
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

/** Writes what was found, once; false when another portal has taken it over. */
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

/** An entry of the tree with its search row, as they are stored. */
export const Indexed = z.object({
  seq: Seq,
  entry_id: z.string(),
  leaf_hash: Bytes,
  bytes: Bytes.nullable(),
  row: SearchRow.nullable(),
});
export type Indexed = z.infer<typeof Indexed>;

/** Entries of the tree below `size` from `from` on, in order, each with its search row; `limit` at most. */
export async function readIndexed(
  tx: RawTx,
  log: string,
  { from, size, limit }: { readonly from: number; readonly size: number; readonly limit: number },
): Promise<z.infer<typeof Indexed>[]> {
  const { rows } = await tx.query(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes, CASE WHEN i.entry_id IS NULL THEN NULL ELSE to_jsonb(i) END AS row
     FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
     WHERE l.log = $1 AND l.seq >= $2 AND l.seq < $3 ORDER BY l.seq LIMIT $4`,
    [log, from, size, limit],
  );
  return z.array(Indexed).parse(rows);
}

const SealedPart = z.object({
  entry_id: z.string(),
  c: z.string(),
  /** Null, like the subject, where the compartment's row is gone; other text than a kind where somebody wrote such a row. */
  kind: z.string().nullable(),
  subject: z.string().nullable(),
  compartment_id: z.string(),
  stored: Bytes,
});
export type SealedPart = z.infer<typeof SealedPart>;

/** Bytes of sealed parts that are held at once: the portal's database login can write 2.6 MB beside each of its entries. */
const MOST_HELD = 32 << 20;

const Weighed = z.object({ entry_id: z.string(), bytes: Seq });

/** How many of these entries, from the first on, have stored parts of `most` bytes together; one at least. */
export async function countFitting(
  tx: RawTx,
  entryIds: readonly string[],
  most: number = MOST_HELD,
): Promise<number> {
  const { rows } = await tx.query(
    `SELECT entry_id::text, sum(octet_length(stored)) AS bytes FROM audit_part
     WHERE entry_id = ANY ($1::uuid[]) GROUP BY entry_id`,
    [[...entryIds]],
  );
  const weighed = z.array(Weighed).parse(rows);
  const bytes = new Map(weighed.map((row) => [row.entry_id, row.bytes]));
  let held = 0;
  const over = entryIds.findIndex((id) => {
    held += bytes.get(id) ?? 0;
    return held > most;
  });
  return over === -1 ? entryIds.length : Math.max(1, over);
}

/** All stored parts of these entries, with what their compartments are said to be. */
export async function readSealedParts(tx: RawTx, entryIds: readonly string[]): Promise<SealedPart[]> {
  const { rows } = await tx.query(
    `SELECT p.entry_id::text, p.c, k.kind, k.subject, p.compartment_id::text, p.stored
     FROM audit_part p LEFT JOIN audit_compartment k ON k.id = p.compartment_id
     WHERE p.entry_id = ANY ($1::uuid[]) ORDER BY p.entry_id, p.c`,
    [[...entryIds]],
  );
  return z.array(SealedPart).parse(rows);
}
