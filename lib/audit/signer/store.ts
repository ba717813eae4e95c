import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { MAX_ENTRY_BYTES } from "../entry/entry";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const HeadRow = z.object({ size: Size, root: Bytes });
const EntryRow = z.object({
  seq: Size,
  leaf_hash: Bytes,
  /** Null if they are longer than any entry. */
  bytes: Bytes.nullable(),
});
export type SignerEntry = z.infer<typeof EntryRow>;

const READ_BATCH = 2_000;
/** One byte more than any hash has: the database owner may have stored any value. */
const HASH = (column: string) => `substring(${column} FROM 1 FOR 33)`;

/** One consistent view of the log as the database shows it. */
export interface LogView {
  readonly size: number;
  readonly root: Uint8Array;
  /** Yields entries from `from` up to the size, in batches, by sequence number; ends where a batch is incomplete. */
  entries(from: number): AsyncIterable<SignerEntry[]>;
}

/** Reads the log in one REPEATABLE READ READ ONLY snapshot; undefined if no log has been started. */
export async function viewLog<T>(
  pool: Pool,
  log: string,
  fn: (view: LogView | undefined) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const head = await client.query(
      `SELECT size::bigint AS size, ${HASH("root")} AS root FROM audit_head WHERE log = $1 LIMIT 1`,
      [log],
    );
    if (head.rows.length === 0) return await fn(undefined);
    const { size, root } = HeadRow.parse(head.rows[0]);
    async function* entries(from: number): AsyncGenerator<SignerEntry[]> {
      for (let at = from; at < size; at += READ_BATCH) {
        const { rows } = await client.query(
          `SELECT l.seq::bigint AS seq, ${HASH("l.leaf_hash")} AS leaf_hash,
             CASE WHEN octet_length(e.bytes) <= ${MAX_ENTRY_BYTES} THEN e.bytes END AS bytes
           FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
           WHERE l.log = $1 AND l.seq >= $2 AND l.seq < $3 ORDER BY l.seq LIMIT ${READ_BATCH}`,
          [log, at, Math.min(size, at + READ_BATCH)],
        );
        yield z.array(EntryRow).parse(rows);
        // A changed head may contain any number.
        if (rows.length < READ_BATCH) return;
      }
    }
    return await fn({ size, root, entries });
  } finally {
    await client.query("ROLLBACK").catch((error: Error) => {
      failure = error;
    });
    client.release(failure);
  }
}
