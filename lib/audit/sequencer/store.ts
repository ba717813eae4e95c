import "server-only";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { emptyRoot, type ReadNode } from "@/lib/crypto/log/merkle";
import { MAX_ENTRY_BYTES } from "../entry/entry";
import { nodeReader, type Tile, type TilePlace } from "../entry/tiles";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const Head = z.object({ size: Size, root: Bytes, chain: Bytes, frontier: z.array(Bytes) });
export type Head = z.infer<typeof Head>;

export interface LogPlace {
  readonly log: string;
  readonly tenantId: string;
}

/** Runs `fn` in a READ COMMITTED transaction: each statement must see what committed before the head lock. */
export async function inSequencerTransaction<T>(
  pool: Pool,
  fn: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const result = await fn(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollback: Error) => {
      failure = rollback;
    });
    throw error;
  } finally {
    client.release(failure);
  }
}

export async function ensureHead(
  pool: Pool | PoolClient,
  place: LogPlace,
  chainStart: Uint8Array,
): Promise<void> {
  await pool.query(
    `INSERT INTO audit_head (log, tenant_id, size, root, chain, frontier) VALUES ($1, $2, 0, $3, $4, '{}')
     ON CONFLICT (log) DO NOTHING`,
    [place.log, place.tenantId, Buffer.from(emptyRoot()), Buffer.from(chainStart)],
  );
}

/** Locks the head row. The worker that has this lock is the sequencer until its transaction ends. */
export async function lockHead(client: PoolClient, log: string): Promise<Head> {
  const { rows } = await client.query(
    "SELECT size, root, chain, frontier FROM audit_head WHERE log = $1 FOR UPDATE",
    [log],
  );
  return Head.parse(rows[0]);
}

const Queued = z.object({
  entry_id: z.string(),
  /** Log in the entry's row; null if the queue row has no entry. */
  log: z.string().nullable(),
  /** Stored bytes; null if they are longer than any entry. */
  bytes: Bytes.nullable(),
  is_placed: z.boolean(),
  is_prune: z.boolean(),
  is_recovery: z.boolean(),
});
export type Queued = z.infer<typeof Queued>;

/** The columns that decide about a waiting row. The entry's row is `e`, the queue's is `q`. */
const JUDGED = `q.entry_id, e.log, CASE WHEN octet_length(e.bytes) <= ${MAX_ENTRY_BYTES} THEN e.bytes END AS bytes,
  EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = q.entry_id OFFSET 0) AS is_placed,
  EXISTS (SELECT 1 FROM audit_prune p WHERE p.entry_id = q.entry_id OFFSET 0) AS is_prune,
  EXISTS (SELECT 1 FROM audit_recovery r WHERE r.entry_id = q.entry_id OFFSET 0) AS is_recovery`;

/** OFFSET makes the planner run the subquery per row. So no plan reads the whole log, whatever its statistics. */
const ENTRY_OF = (id: string) =>
  `LATERAL (SELECT o.log, o.bytes FROM audit_entry o WHERE o.id = ${id} OFFSET 0)`;
/** Queue rows checked per entry of a batch: an entry has one for each of its subjects. */
const ROWS_OF_ENTRY = 4;

/** A batch of waiting entries, and whether its limits were reached, so that more may wait. */
export interface Taken {
  readonly queued: readonly Queued[];
  readonly more: boolean;
}

/**
 * Returns waiting entries of this log with their stored bytes, by each entry's first queue row; ids are not
 * commit-ordered. Rows of other logs and skipped rows do not count. A batch ends at 32 MB of bytes, because the
 * portal's database login can write many of the longest entries.
 */
export async function takeQueued(
  client: PoolClient,
  log: string,
  limit: number,
  passedOver: ReadonlySet<string>,
): Promise<Taken> {
  const mostRows = limit * ROWS_OF_ENTRY;
  const { rows } = await client.query(
    `WITH r AS MATERIALIZED (SELECT w.id, w.entry_id FROM audit_queue w JOIN ${ENTRY_OF("w.entry_id")} o ON o.log = $1
       WHERE w.entry_id <> ALL ($3::uuid[]) ORDER BY w.id LIMIT $4)
     SELECT * FROM (SELECT ${JUDGED}, (SELECT count(*) FROM r)::int AS looked_at, q.first,
         (count(*) OVER ())::int AS found, sum(least(coalesce(octet_length(e.bytes), 0), ${MAX_ENTRY_BYTES})) OVER (ORDER BY q.first) AS held
       FROM (SELECT r.entry_id, min(r.id) AS first FROM r GROUP BY r.entry_id ORDER BY first LIMIT $2) q
       JOIN ${ENTRY_OF("q.entry_id")} e ON true) t WHERE t.held <= ${32 << 20} ORDER BY t.first`,
    [log, limit, [...passedOver], mostRows],
  );
  const taken = z.array(Queued.extend({ looked_at: z.int(), found: z.int() })).parse(rows);
  const { found = 0, looked_at } = taken[0] ?? {};
  return { queued: taken, more: taken.length < found || taken.length === limit || looked_at === mostRows };
}

/** Returns waiting rows that no batch of this log takes: without an entry, or of a log unknown to this database. */
export async function takeStrays(
  client: PoolClient,
  limit: number,
  passedOver: ReadonlySet<string>,
): Promise<Queued[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT ON (q.entry_id) ${JUDGED}
     FROM audit_queue q LEFT JOIN ${ENTRY_OF("q.entry_id")} e ON true
     WHERE NOT EXISTS (SELECT 1 FROM audit_head h WHERE h.log = e.log) AND q.entry_id <> ALL ($2::uuid[])
     ORDER BY q.entry_id LIMIT $1`,
    [limit, [...passedOver]],
  );
  return z.array(Queued).parse(rows);
}

/** Records that waiting rows get no leaf, once for each row, also when several workers report it. */
export async function insertQuarantined(
  client: PoolClient,
  place: LogPlace,
  rows: readonly { readonly entryId: string; readonly reason: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO audit_quarantine (entry_id, tenant_id, reason)
     SELECT entry_id, $1, reason FROM unnest($2::uuid[], $3::text[]) AS t(entry_id, reason)
     ON CONFLICT (entry_id) DO NOTHING`,
    [place.tenantId, rows.map((row) => row.entryId), rows.map((row) => row.reason)],
  );
}

export interface NewLeaf {
  readonly seq: number;
  readonly entryId: string;
  readonly leafHash: Uint8Array;
  readonly chain: Uint8Array;
}

export async function insertLeaves(
  client: PoolClient,
  place: LogPlace,
  leaves: readonly NewLeaf[],
): Promise<void> {
  await client.query(
    `INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain, integrated_at)
     SELECT $1, seq, entry_id, $2, leaf_hash, chain, clock_timestamp()
     FROM unnest($3::bigint[], $4::uuid[], $5::bytea[], $6::bytea[]) AS t(seq, entry_id, leaf_hash, chain)`,
    [
      place.log,
      place.tenantId,
      leaves.map((leaf) => leaf.seq),
      leaves.map((leaf) => leaf.entryId),
      leaves.map((leaf) => Buffer.from(leaf.leafHash)),
      leaves.map((leaf) => Buffer.from(leaf.chain)),
    ],
  );
}

export async function writeTiles(client: PoolClient, place: LogPlace, tiles: readonly Tile[]): Promise<void> {
  await client.query(
    `INSERT INTO audit_tile (log, level, index, tenant_id, width, hashes)
     SELECT $1, level, index, $2, width, hashes
     FROM unnest($3::int[], $4::bigint[], $5::int[], $6::bytea[]) AS t(level, index, width, hashes)
     ON CONFLICT (log, level, index) DO UPDATE SET width = EXCLUDED.width, hashes = EXCLUDED.hashes`,
    [
      place.log,
      place.tenantId,
      tiles.map((tile) => tile.level),
      tiles.map((tile) => tile.index),
      tiles.map((tile) => tile.width),
      tiles.map((tile) => Buffer.from(tile.hashes)),
    ],
  );
}

export async function moveHead(client: PoolClient, log: string, head: Head): Promise<void> {
  await client.query(
    `UPDATE audit_head SET size = $2, root = $3, chain = $4, frontier = $5::bytea[], updated_at = now() WHERE log = $1`,
    [
      log,
      head.size,
      Buffer.from(head.root),
      Buffer.from(head.chain),
      head.frontier.map((hash) => Buffer.from(hash)),
    ],
  );
}

export async function deleteQueued(client: PoolClient, entryIds: readonly string[]): Promise<void> {
  await client.query("DELETE FROM audit_queue WHERE entry_id = ANY ($1::uuid[])", [[...entryIds]]);
}

const TileRow = z.object({ level: z.int(), index: Size, width: z.int(), hashes: Bytes });

export async function readTiles(
  client: Pool | PoolClient,
  log: string,
  places: readonly TilePlace[],
): Promise<Tile[]> {
  if (places.length === 0) return [];
  const { rows } = await client.query(
    `SELECT level, index, width, hashes FROM audit_tile
     WHERE log = $1 AND (level, index) IN (SELECT * FROM unnest($2::int[], $3::bigint[]))`,
    [log, places.map((place) => place.level), places.map((place) => place.index)],
  );
  return z.array(TileRow).parse(rows);
}

/** Returns tree nodes from stored tiles, for proofs: one statement by primary key for all tiles requested at once. */
export function storedNodes(client: Pool | PoolClient, log: string): ReadNode {
  let wanted: TilePlace[] = [];
  let reading: Promise<Tile[]> | undefined;
  const readWanted = (): Promise<Tile[]> => {
    const places = wanted;
    wanted = [];
    reading = undefined;
    return readTiles(client, log, places);
  };
  return nodeReader(async ({ level, index }) => {
    wanted.push({ level, index });
    reading ??= Promise.resolve().then(readWanted);
    const tile = (await reading).find((one) => one.level === level && one.index === index);
    if (tile === undefined) throw new FormatError("format.merkle", "the tree has no such tile");
    return tile.hashes;
  });
}

const HeadSize = z.object({ size: Size, root: Bytes });

export async function readHead(pool: Pool, log: string): Promise<z.infer<typeof HeadSize> | undefined> {
  const { rows } = await pool.query("SELECT size, root FROM audit_head WHERE log = $1", [log]);
  return rows.length === 0 ? undefined : HeadSize.parse(rows[0]);
}
