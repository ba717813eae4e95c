import "server-only";
import { z } from "zod";
import type { CompartmentKind } from "@/lib/context/recorder";
import { type CopiedRow, copyRows } from "@/lib/db/copy-rows";
import type { RawTx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { type Conditions, type FenceContext, seesEveryCase } from "../reading/fence";
import { countFitting, Indexed } from "../self-check/index-store";
import { type PartRow, partsOf, partsSelect } from "./stored-part";

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export interface ExportRow {
  readonly seq: number;
  readonly entry_id: string;
  readonly at: string;
  readonly class: string;
  readonly outcome: string;
  /** Of the search row, like what follows; null where the entry has none. */
  readonly action: string | null;
  readonly actor: string | null;
  readonly purpose: string | null;
  readonly transaction_id: string | null;
  readonly participant_id: string | null;
  readonly request_id: string | null;
  readonly grant_id: string | null;
  /** Valid until the next batch is asked for, like `bytes`. */
  readonly leaf_hash: Buffer;
  readonly bytes: Buffer;
  /** The case that the search row names. */
  readonly case_id: string | null;
  /** Whether the search row says that the entry is about a suspicion; null where the entry has none. */
  readonly is_suspicion: boolean | null;
  /** All rows of its parts, those of parts that the reader may not read without their bytes. */
  readonly parts: readonly PartRow[];
}

const COLUMNS = `l.seq::text, l.entry_id::text, e.at, e.class, e.outcome, i.action, i.actor, i.purpose,
  i.transaction_id::text, i.participant_id, i.request_id::text, i.grant_id::text, l.leaf_hash, e.bytes, i.case_id::text,
  i.is_suspicion::text`;

/** Entries that have a leaf, with the search row `i` of each, where it has one. */
export const FROM = `audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
  LEFT JOIN audit_index i ON i.entry_id = l.entry_id`;

function bytesAt(row: CopiedRow, at: number): Buffer {
  const value = row[at];
  if (value === null || value === undefined) throw new InvariantError("an exported row lacks a column");
  return value;
}

function maybeText(row: CopiedRow, at: number): string | null {
  return row[at]?.toString("utf8") ?? null;
}

function toExportRow(row: CopiedRow): ExportRow {
  const text = (at: number): string => bytesAt(row, at).toString("utf8");
  return {
    seq: Number(text(0)),
    entry_id: text(1),
    at: text(2),
    class: text(3),
    outcome: text(4),
    action: maybeText(row, 5),
    actor: maybeText(row, 6),
    purpose: maybeText(row, 7),
    transaction_id: maybeText(row, 8),
    participant_id: maybeText(row, 9),
    request_id: maybeText(row, 10),
    grant_id: maybeText(row, 11),
    leaf_hash: bytesAt(row, 12),
    bytes: bytesAt(row, 13),
    case_id: maybeText(row, 14),
    is_suspicion: row[15] == null ? null : text(15) === "true",
    parts: partsOf(maybeText(row, 16)),
  };
}

/** Which entries of a log an export takes: those below `size` that meet the conditions, in order. */
export interface ExportRange {
  readonly conditions: Conditions;
  readonly log: string;
  readonly size: number;
}

function selected(conditions: Conditions): string {
  return `FROM ${FROM} WHERE e.bytes IS NOT NULL AND ${conditions.text} ORDER BY l.seq`;
}

/** The SELECT of an export and its values; of parts see `partsSelect`. None is read where no kind is asked for. */
export function exportSelect(
  { conditions, log, size }: ExportRange,
  kinds: readonly CompartmentKind[],
): { readonly text: string; readonly values: string[] } {
  const own = conditions.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
  if (kinds.length === 0)
    return { text: `SELECT ${COLUMNS}, NULL AS parts ${selected(own)}`, values: own.values.map(String) };
  const parts = partsSelect(own.parameter(kinds.join(",")));
  return { text: `SELECT ${COLUMNS}, ${parts} ${selected(own)}`, values: own.values.map(String) };
}

/** Entries in order, a batch at a time, by COPY. */
export async function* streamRows(
  tx: RawTx,
  range: ExportRange,
  kinds: readonly CompartmentKind[],
): AsyncGenerator<ExportRow[]> {
  const { text, values } = exportSelect(range, kinds);
  for await (const rows of copyRows(tx, text, values)) yield rows.map(toExportRow);
}

/** How many entries `streamRows` will give in this snapshot. */
export async function countRows(tx: RawTx, { conditions, log, size }: ExportRange): Promise<number> {
  const own = conditions.copy().add("l.log = ?", log).add("l.seq < ?::bigint", size);
  const { rows } = await tx.query(
    `SELECT count(*) AS count FROM ${FROM} WHERE e.bytes IS NOT NULL AND ${own.text}`,
    own.values,
  );
  return z.array(z.object({ count: Seq })).parse(rows)[0]?.count ?? 0;
}

/** How many leaves the log has below `size`; its own number of them, or some were dropped. */
export async function countLeaves(tx: RawTx, log: string, size: number): Promise<number> {
  const { rows } = await tx.query(
    "SELECT count(*) AS count FROM audit_leaf WHERE log = $1 AND seq >= 0 AND seq < $2::bigint",
    [log, size],
  );
  return z.array(z.object({ count: Seq })).parse(rows)[0]?.count ?? 0;
}

const LEFT_OUT_BATCH = 256;

/**
 * Entries that an export of these conditions leaves out, with their search rows, in order, as many at a time as their
 * sealed parts are held of; without those whose bytes and row are gone below the minimum that a pruning in the log names.
 */
export async function* readLeftOut(
  tx: RawTx,
  { conditions, log, size }: ExportRange,
  minimum: number,
): AsyncGenerator<Indexed[]> {
  for (let next = 0, more = true; more; ) {
    const own = conditions.copy();
    const cond = own.text;
    const [logAt, from, to, prunedTo] = [log, next, size, minimum].map((value) => own.parameter(value));
    const { rows } = await tx.query(
      `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes, CASE WHEN i.entry_id IS NULL THEN NULL ELSE to_jsonb(i) END AS row
       FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
       WHERE l.log = ${logAt} AND l.seq >= ${from}::bigint AND l.seq < ${to}::bigint
         AND NOT (e.bytes IS NOT NULL AND (${cond}) IS TRUE)
         AND NOT (e.bytes IS NULL AND i.entry_id IS NULL AND l.seq < ${prunedTo}::bigint)
       ORDER BY l.seq LIMIT ${LEFT_OUT_BATCH}`,
      own.values,
    );
    const found = z.array(Indexed).parse(rows);
    for (let left = found; left.length > 0; ) {
      const ids = left.map((row) => row.entry_id);
      const fitting = await countFitting(tx, ids);
      yield left.slice(0, fitting);
      left = left.slice(fitting);
    }
    more = found.length === LEFT_OUT_BATCH;
    next = (found.at(-1)?.seq ?? 0) + 1;
  }
}

/** What an entry's search row should say, as far as a fence goes by it. */
export interface Said {
  readonly seq: number;
  readonly tenant_id: string;
  readonly case_id: string | null;
  readonly is_suspicion: boolean;
}

/** Numbers of those that meet a fence: conditions over these columns of a search row alone. */
export async function findWithin(tx: RawTx, fence: Conditions, said: readonly Said[]): Promise<number[]> {
  if (said.length === 0) return [];
  const own = fence.copy();
  const rows = own.parameter(JSON.stringify(said));
  const found = await tx.query(
    `SELECT DISTINCT i.seq FROM json_to_recordset(${rows}::json)
       AS i(seq bigint, tenant_id uuid, case_id uuid, is_suspicion boolean) WHERE ${fence.text} ORDER BY i.seq`,
    own.values,
  );
  return z
    .array(z.object({ seq: Seq }))
    .parse(found.rows)
    .map(({ seq }) => seq);
}

/** Cases that are sealed from the reader now, as `fencedConditions` leaves them out; of others it asks nothing. */
export async function readSealedCases(tx: RawTx, cx: FenceContext): Promise<readonly string[]> {
  if (!seesEveryCase(cx)) return [];
  const found = await tx.query(
    "SELECT unnest(cases_sealed_from($1::uuid, $2::uuid, $3::timestamptz))::text AS id",
    [cx.instance.tenantId, cx.principal.userId, cx.clock.now().toISOString()],
  );
  return z
    .array(z.object({ id: z.string() }))
    .parse(found.rows)
    .map(({ id }) => id);
}

/** All leaf hashes below `size`, in order, a batch at a time; each is valid until the next batch. */
export async function* streamLeaves(tx: RawTx, log: string, size: number): AsyncGenerator<Buffer[]> {
  const select = "SELECT leaf_hash FROM audit_leaf WHERE log = $1 AND seq < $2::bigint ORDER BY seq";
  for await (const rows of copyRows(tx, select, [log, size])) yield rows.map((row) => bytesAt(row, 0));
}

const CheckpointRow = z.object({
  size: Seq,
  note: z.string(),
  time_stamp: z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable(),
});

/** Checkpoints of one bundle, and time stamps; a busy log is signed twice a second, and a reader checks each of them. */
const MOST_CHECKPOINTS = 10_000;
const MOST_STAMPS = 1_000;

/** Every so-many-th of the checkpoints that meet a condition, from the newest on, so that they are at most this many. */
const spread = (condition: string, most: number): string => `SELECT size FROM (
    SELECT size, row_number() OVER (ORDER BY size DESC) - 1 AS nth, count(*) OVER () AS total
    FROM audit_checkpoint WHERE log = $1 AND ${condition}) AS n
  WHERE nth % ((total + ${most - 1}) / ${most}) = 0`;

/** The checkpoints of a bundle, and how many the log has. */
export interface BundleCheckpoints {
  readonly rows: readonly z.infer<typeof CheckpointRow>[];
  readonly total: number;
}

/**
 * Checkpoints, smallest first, with their RFC 3161 tokens (DER) where they have one: all of them, or of a long log ten
 * thousand at even distances and a thousand with tokens, the newest always.
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

export async function readAnchoredSize(tx: RawTx, log: string): Promise<number> {
  const { rows } = await tx.query(
    "SELECT coalesce(max(size), 0) AS size FROM audit_checkpoint WHERE log = $1",
    [log],
  );
  return z.array(z.object({ size: Seq })).parse(rows)[0]?.size ?? 0;
}

/**
 * Entries that no checkpoint covers yet: integrated beyond `size`, or still queued. What stands aside as no entry is
 * not among them, and how long they wait is told by the database's clock and not by what they say of themselves.
 */
export async function countLater(
  tx: RawTx,
  log: string,
  size: number,
): Promise<{ count: number; oldest_at?: string }> {
  const { rows } = await tx.query(
    `SELECT count(*) AS count, to_char(min(w.since) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS oldest_at
     FROM (SELECT l.integrated_at AS since FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
           WHERE l.log = $1 AND l.seq >= $2
       UNION ALL
         SELECT min(q.queued_at) FROM audit_queue q JOIN audit_entry e ON e.id = q.entry_id
           WHERE e.log = $1 AND NOT EXISTS (SELECT 1 FROM audit_quarantine s WHERE s.entry_id = q.entry_id)
             AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = q.entry_id)
           GROUP BY q.entry_id) AS w`,
    [log, size],
  );
  const [row] = z.array(z.object({ count: Seq, oldest_at: z.string().nullable() })).parse(rows);
  const oldest = row?.oldest_at ?? undefined;
  return { count: row?.count ?? 0, ...(oldest === undefined ? {} : { oldest_at: oldest }) };
}
