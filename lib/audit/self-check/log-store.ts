import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const Stored = z.object({
  seq: Seq,
  entry_id: z.string(),
  leaf_hash: Bytes,
  chain: Bytes,
  bytes: Bytes.nullable(),
  log: z.string().nullable(),
  at: z.string().nullable(),
  class: z.string().nullable(),
  outcome: z.string().nullable(),
  index_at: z.string().nullable(),
  index_outcome: z.string().nullable(),
});
export type StoredLeaf = z.infer<typeof Stored>;

/**
 * Returns leaves from `from` on, in order, with the rows that belong to them. Missing numbers are allowed: the caller
 * looks for them.
 */
export async function readStoredLeaves(
  tx: RawTx,
  log: string,
  range: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<StoredLeaf[]> {
  const { rows } = await tx.query(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, l.chain, e.bytes, e.log, e.at, e.class, e.outcome,
       i.at AS index_at, i.outcome AS index_outcome
     FROM (SELECT seq, entry_id, leaf_hash, chain FROM audit_leaf
           WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq LIMIT $4) l
       LEFT JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
     ORDER BY l.seq`,
    [log, range.from, range.to, range.limit],
  );
  return z.array(Stored).parse(rows);
}

const PartDigest = z.object({ entry_id: z.string(), c: z.string(), d: Bytes });

/** Returns digests of the stored parts of entries, computed in the database. */
export async function readPartDigests(
  tx: RawTx,
  entryIds: readonly string[],
): Promise<z.infer<typeof PartDigest>[]> {
  const { rows } = await tx.query(
    "SELECT entry_id::text, c, sha256(stored) AS d FROM audit_part WHERE entry_id = ANY ($1::uuid[])",
    [[...entryIds]],
  );
  return z.array(PartDigest).parse(rows);
}

const StoredCheckpoint = z.object({
  size: Seq,
  root: Bytes,
  note: z.string(),
  time_stamp: Bytes.nullable(),
  /** Formats a time as entries do. */
  time_stamped_at: z.string().nullable(),
});
export type StoredCheckpoint = z.infer<typeof StoredCheckpoint>;

/** Returns checkpoints of trees larger than `from` and no larger than `to`, smallest first. */
export async function readStoredCheckpoints(
  tx: RawTx,
  log: string,
  from: number,
  to: number,
): Promise<StoredCheckpoint[]> {
  const { rows } = await tx.query(
    `SELECT size, root, note, time_stamp,
       to_char(time_stamped_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time_stamped_at
     FROM audit_checkpoint WHERE log = $1 AND size > $2 AND size <= $3 ORDER BY size`,
    [log, from, to],
  );
  return z.array(StoredCheckpoint).parse(rows);
}

const StoredTile = z.object({ index: Seq, width: z.int(), hashes: Bytes });
export type StoredTile = z.infer<typeof StoredTile>;

/** Returns tiles of one level from one index on. */
export async function readStoredTiles(
  tx: RawTx,
  log: string,
  level: number,
  range: { readonly from: number; readonly to: number },
): Promise<StoredTile[]> {
  const { rows } = await tx.query(
    "SELECT index, width, hashes FROM audit_tile WHERE log = $1 AND level = $2 AND index >= $3 AND index < $4 ORDER BY index",
    [log, level, range.from, range.to],
  );
  return z.array(StoredTile).parse(rows);
}

const Head = z.object({ size: Seq, root: Bytes, chain: Bytes, frontier: z.array(Bytes) });
export type StoredHead = z.infer<typeof Head>;
const Start = z.object({ largest: Seq.nullable(), newest: Seq.nullable() });

/** Returns the head row, if it exists, the largest number of a leaf, and the size of the newest checkpoint. */
export async function readStart(
  tx: RawTx,
  log: string,
): Promise<z.infer<typeof Start> & { readonly head: StoredHead | undefined }> {
  const start = await tx.query(
    `SELECT (SELECT max(seq) FROM audit_leaf WHERE log = $1) AS largest,
       (SELECT max(size) FROM audit_checkpoint WHERE log = $1) AS newest`,
    [log],
  );
  const { rows } = await tx.query("SELECT size, root, chain, frontier FROM audit_head WHERE log = $1", [log]);
  return { ...Start.parse(start.rows[0]), head: rows.length === 0 ? undefined : Head.parse(rows[0]) };
}

const Prune = z.object({ seq: Seq, leaf_hash: Bytes, bytes: Bytes });

const PRUNE_BATCH = 100;

/**
 * Returns entries below `size` that index rows call a pruning, in order, with their leaves. Index rows may also name
 * other entries.
 */
export async function* readPrunings(
  tx: RawTx,
  log: string,
  size: number,
): AsyncGenerator<z.infer<typeof Prune>> {
  for (let from = 0, more = true; more; ) {
    const { rows } = await tx.query(
      `SELECT l.seq, l.leaf_hash, e.bytes FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id
         JOIN audit_entry e ON e.id = i.entry_id
       WHERE l.log = $1 AND l.seq >= $3::bigint AND l.seq < $2::bigint AND i.action = 'log.prune' AND e.bytes IS NOT NULL
       ORDER BY l.seq LIMIT ${PRUNE_BATCH}`,
      [log, size, from],
    );
    const found = z.array(Prune).parse(rows);
    yield* found;
    more = found.length === PRUNE_BATCH;
    from = (found.at(-1)?.seq ?? 0) + 1;
  }
}

const LeafHash = z.object({ seq: Seq, leaf_hash: Bytes });

/** Returns stored leaf hashes from one number on, in order. */
export async function readLeafHashes(
  tx: RawTx,
  log: string,
  from: number,
  to: number,
): Promise<z.infer<typeof LeafHash>[]> {
  const { rows } = await tx.query(
    "SELECT seq, leaf_hash FROM audit_leaf WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq",
    [log, from, to],
  );
  return z.array(LeafHash).parse(rows);
}

const Waiting = z.object({ count: Seq, oldest_at: z.string().nullable() });

/**
 * Returns entries that wait for their leaf, and the start of the wait by the database's clock. Quarantined rows are
 * left out.
 */
export async function readQueueAge(tx: RawTx, log: string): Promise<z.infer<typeof Waiting>> {
  const { rows } = await tx.query(
    `SELECT count(DISTINCT q.entry_id) AS count,
       to_char(min(q.queued_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS oldest_at
     FROM audit_queue q JOIN audit_entry e ON e.id = q.entry_id
     WHERE e.log = $1 AND NOT EXISTS (SELECT 1 FROM audit_quarantine s WHERE s.entry_id = q.entry_id)`,
    [log],
  );
  return Waiting.parse(rows[0]);
}

/** Returns an entry that has no leaf and does not wait for one, if one exists. Its loss could never be detected. */
export async function findStray(tx: RawTx, log: string): Promise<string | undefined> {
  const { rows } = await tx.query(
    `SELECT e.id::text FROM audit_entry e WHERE e.log = $1
       AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
       AND NOT EXISTS (SELECT 1 FROM audit_queue q WHERE q.entry_id = e.id) LIMIT 1`,
    [log],
  );
  return z.array(z.object({ id: z.string() })).parse(rows)[0]?.id;
}

/**
 * Returns an index row of this tenant without an entry, if one exists. A search would find it but could not show it.
 */
export async function findOrphan(tx: RawTx, tenantId: string): Promise<string | undefined> {
  const { rows } = await tx.query(
    `SELECT i.entry_id::text AS id FROM audit_index i WHERE i.tenant_id = $1
       AND NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = i.entry_id) LIMIT 1`,
    [tenantId],
  );
  return z.array(z.object({ id: z.string() })).parse(rows)[0]?.id;
}
