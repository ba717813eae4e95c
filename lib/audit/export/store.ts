import "server-only";
import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import type { RawTx } from "@/lib/db/transaction";
import { parseCheckpointText } from "../entry/checkpoint";
import type { Conditions } from "../reading/fence";

/** The newest checkpoint, at which an export ends. */
export interface Anchor {
  readonly size: number;
  /** Undefined if there is no readable checkpoint. */
  readonly root: Uint8Array | undefined;
}

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Entries that have a leaf, each with its index row `i` if it has one. */
const FROM = `audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
  LEFT JOIN audit_index i ON i.entry_id = l.entry_id`;

/** The newest checkpoint, at which an export ends. */
export interface Anchor {
  readonly size: number;
  /** Undefined if there is no readable checkpoint. */
  readonly root: Uint8Array | undefined;
}

/** The entries of an export: those below `size` that meet the conditions, in order. */
export interface ExportRange {
  readonly conditions: Conditions;
  readonly log: string;
  readonly size: number;
}

/** Returns how many entries the fence and the filter let through in this snapshot. */
export async function countRows(tx: RawTx, { conditions, log, size }: ExportRange): Promise<number> {
  const own = conditions.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
  const { rows } = await tx.query(
    `SELECT count(*) AS count FROM ${FROM} WHERE e.bytes IS NOT NULL AND ${own.text}`,
    own.values,
  );
  return z.array(z.object({ count: Seq })).parse(rows)[0]?.count ?? 0;
}

const CheckpointRow = z.object({
  size: Seq,
  note: z.string(),
  time_stamp: z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable(),
});

/**
 * Limits of checkpoints and time stamps in one bundle. A busy log is signed twice a second, and a reader checks each
 * of them.
 */
const MOST_CHECKPOINTS = 10_000;
const MOST_STAMPS = 1_000;

/**
 * Selects every n-th of the checkpoints that meet a condition, from the newest on, so that they stay within the
 * limit.
 */
const spread = (condition: string, most: number): string => `SELECT size FROM (
    SELECT size, row_number() OVER (ORDER BY size DESC) - 1 AS nth, count(*) OVER () AS total
    FROM audit_checkpoint WHERE log = $1 AND ${condition}) AS n
  WHERE nth % ((total + ${most - 1}) / ${most}) = 0`;

/** Returns the checkpoints of a bundle, and how many the log has. */
export interface BundleCheckpoints {
  readonly rows: readonly z.infer<typeof CheckpointRow>[];
  readonly total: number;
}

/**
 * Returns checkpoints, smallest first, with their RFC 3161 tokens (DER) if they have one. From a long log it returns
 * ten thousand at even distances and a thousand with tokens, always including the newest.
 */
export async function readCheckpoints(tx: RawTx, log: string): Promise<BundleCheckpoints> {
  const { rows } = await tx.query(
    `WITH here AS (${spread("true", MOST_CHECKPOINTS)}), stamped AS (${spread("time_stamp IS NOT NULL", MOST_STAMPS)})
     SELECT c.size, c.note, CASE WHEN c.size IN (SELECT size FROM stamped) THEN c.time_stamp END AS time_stamp
     FROM audit_checkpoint c
     WHERE c.log = $1 AND (c.size IN (SELECT size FROM here) OR c.size IN (SELECT size FROM stamped)) ORDER BY c.size`,
    [log],
  );
  const counted = await tx.query("SELECT count(*) AS count FROM audit_checkpoint WHERE log = $1", [log]);
  const [{ count = 0 } = {}] = z.array(z.object({ count: Seq })).parse(counted.rows);
  return { rows: z.array(CheckpointRow).parse(rows), total: count };
}

/** Returns the checkpoint of a note. Its root comes from the text that the log has signed. */
export function anchorOf(row: { readonly size: number; readonly note: string } | undefined): Anchor {
  if (row === undefined) return { size: 0, root: undefined };
  try {
    return { size: row.size, root: parseCheckpointText(openNote(row.note, []).text).root };
  } catch (error) {
    if (error instanceof FormatError) return { size: row.size, root: undefined };
    throw error;
  }
}

/** The newest checkpoint, at which a table ends. */
export async function readAnchor(tx: RawTx, log: string): Promise<Anchor> {
  const { rows } = await tx.query(
    "SELECT size, note FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
    [log],
  );
  return anchorOf(z.array(z.object({ size: Seq, note: z.string() })).parse(rows)[0]);
}

export async function readAnchoredSize(tx: RawTx, log: string): Promise<number> {
  const { rows } = await tx.query(
    "SELECT coalesce(max(size), 0) AS size FROM audit_checkpoint WHERE log = $1",
    [log],
  );
  return z.array(z.object({ size: Seq })).parse(rows)[0]?.size ?? 0;
}

/** Returns whether a pruning newer than an id is not yet covered by a checkpoint of this size. */
export async function isPruningWaiting(
  tx: RawTx,
  { log, size, from }: { readonly log: string; readonly size: number; readonly from: string },
): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT EXISTS (SELECT 1 FROM audit_prune p WHERE p.log = $1 AND p.entry_id > $3::uuid AND NOT EXISTS
       (SELECT 1 FROM audit_leaf l WHERE l.entry_id = p.entry_id AND l.log = $1 AND l.seq < $2::bigint)) AS waits`,
    [log, size, from],
  );
  return z.array(z.object({ waits: z.boolean() })).parse(rows)[0]?.waits === true;
}

/**
 * Returns entries that no checkpoint covers yet: integrated beyond `size`, or still queued. Quarantined rows are left
 * out. The waiting time comes from the database's clock and not from the entries. Where `exportedAt` is given, `oldest_at`
 * is that time less the waiting time: this portal's clock may have been set back since.
 */
export async function countLater(
  tx: RawTx,
  log: string,
  size: number,
  exportedAt?: string,
): Promise<{ count: number; oldest_at?: string }> {
  const { rows } = await tx.query(
    `SELECT count(*) AS count, to_char((coalesce($3::timestamptz, now()) - (now() - min(w.since))) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS oldest_at
     FROM (SELECT l.integrated_at AS since FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
           WHERE l.log = $1 AND l.seq >= $2
       UNION ALL
         SELECT min(q.queued_at) FROM audit_queue q JOIN audit_entry e ON e.id = q.entry_id
           WHERE e.log = $1 AND NOT EXISTS (SELECT 1 FROM audit_quarantine s WHERE s.entry_id = q.entry_id)
             AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = q.entry_id)
           GROUP BY q.entry_id) AS w`,
    [log, size, exportedAt],
  );
  const [row] = z.array(z.object({ count: Seq, oldest_at: z.string().nullable() })).parse(rows);
  const oldest = row?.oldest_at ?? undefined;
  return { count: row?.count ?? 0, ...(oldest === undefined ? {} : { oldest_at: oldest }) };
}
