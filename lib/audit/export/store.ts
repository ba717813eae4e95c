import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import type { Conditions } from "../reading/filter";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const BATCH = 1_000;

const ExportRow = z.object({
  seq: Seq,
  entry_id: z.string(),
  at: z.string(),
  class: z.string(),
  outcome: z.string(),
  action: z.string(),
  actor: z.string().nullable(),
  purpose: z.string().nullable(),
  transaction_id: z.string().nullable(),
  participant_id: z.string().nullable(),
  request_id: z.string().nullable(),
  grant_id: z.string().nullable(),
  leaf_hash: Bytes,
  bytes: Bytes,
});
export type ExportRow = z.infer<typeof ExportRow>;

async function* batches(
  tx: RawTx,
  name: string,
  select: string,
  values: unknown[],
): AsyncGenerator<unknown[]> {
  await tx.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${select}`, values);
  for (;;) {
    const { rows } = await tx.query(`FETCH ${BATCH} FROM ${name}`);
    if (rows.length === 0) break;
    yield rows;
  }
  await tx.query(`CLOSE ${name}`);
}

/** Entries of the log below `size` that meet the conditions, in order, a batch at a time. */
export async function* streamRows(
  tx: RawTx,
  conditions: Conditions,
  log: string,
  size: number,
): AsyncGenerator<ExportRow[]> {
  conditions.add("l.log = ?", log).add("l.seq < ?::bigint", size);
  const select = `SELECT l.seq, i.entry_id::text, i.at, e.class, i.outcome, i.action, i.actor, i.purpose,
      i.transaction_id::text, i.participant_id, i.request_id::text, i.grant_id::text, l.leaf_hash, e.bytes
    FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id JOIN audit_entry e ON e.id = i.entry_id
    WHERE ${conditions.text} ORDER BY l.seq`;
  for await (const rows of batches(tx, "export_rows", select, conditions.values)) {
    yield z.array(ExportRow).parse(rows);
  }
}

const LeafRow = z.object({ leaf_hash: Bytes });

/** All leaf hashes below `size`, in order. */
export async function readLeaves(tx: RawTx, log: string, size: number): Promise<Uint8Array[]> {
  const leaves: Uint8Array[] = [];
  const select = "SELECT leaf_hash FROM audit_leaf WHERE log = $1 AND seq < $2 ORDER BY seq";
  for await (const rows of batches(tx, "export_leaves", select, [log, size])) {
    for (const row of z.array(LeafRow).parse(rows)) leaves.push(row.leaf_hash);
  }
  return leaves;
}

/** All checkpoints, smallest first. */
export async function readCheckpoints(tx: RawTx, log: string): Promise<{ size: number; note: string }[]> {
  const { rows } = await tx.query("SELECT size, note FROM audit_checkpoint WHERE log = $1 ORDER BY size", [
    log,
  ]);
  return z.array(z.object({ size: Seq, note: z.string() })).parse(rows);
}

export async function readAnchoredSize(tx: RawTx, log: string): Promise<number> {
  const { rows } = await tx.query(
    "SELECT coalesce(max(size), 0) AS size FROM audit_checkpoint WHERE log = $1",
    [log],
  );
  return z.array(z.object({ size: Seq })).parse(rows)[0]?.size ?? 0;
}

/** Entries that no checkpoint covers yet: integrated beyond `size`, or still queued. */
export async function countLater(
  tx: RawTx,
  log: string,
  size: number,
): Promise<{ count: number; oldest_at?: string }> {
  const { rows } = await tx.query(
    `SELECT count(*) AS count, min(e.at) AS oldest_at FROM audit_entry e WHERE e.log = $1 AND e.id IN (
       SELECT l.entry_id FROM audit_leaf l WHERE l.log = $1 AND l.seq >= $2
       UNION ALL SELECT q.entry_id FROM audit_queue q)`,
    [log, size],
  );
  const [row] = z.array(z.object({ count: Seq, oldest_at: z.string().nullable() })).parse(rows);
  const oldest = row?.oldest_at ?? undefined;
  return { count: row?.count ?? 0, ...(oldest === undefined ? {} : { oldest_at: oldest }) };
}
