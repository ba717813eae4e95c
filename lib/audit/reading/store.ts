import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { mapDatabaseError } from "@/lib/db/errors";
import { type Run, type Running, statement, unnamed } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import type { Conditions } from "./fence";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const EventRow = z.object({
  seq: Seq.nullable(),
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
  case_id: z.string().nullable(),
});
export type EventRow = z.infer<typeof EventRow>;

const INDEX_COLUMNS = `i.entry_id::text, i.at, i.outcome, i.action, i.actor, i.purpose, i.transaction_id::text,
  i.participant_id, i.request_id::text, i.grant_id::text, i.case_id::text`;
const COLUMNS = `${INDEX_COLUMNS}, e.class`;

/** Only nested loops over indexes, because a hash join would read a whole table to show fifty rows. */
const NESTED_LOOPS = {
  sql: `set_config('random_page_cost', '1.1', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)`,
  values: [],
};

const PLAN_FOR_PAGES = statement<object, unknown>("plan-for-pages")`
  SELECT set_config('plan_cache_mode', 'force_custom_plan', true), ${NESTED_LOOPS}`;

/**
 * Sets this transaction's planner options for pages of a long log that a filter finds. Plans are made for the actual
 * values, because a generic plan would read half the log to find a rare value.
 */
export async function planForPages({ run }: Running): Promise<void> {
  await run(PLAN_FOR_PAGES, {});
}

const PLAN_FOR_NEWEST = statement<object, unknown>("plan-for-newest")`
  SELECT set_config('enable_sort', 'off', true), ${NESTED_LOOPS}`;

/**
 * Sets them for pages without a filter. The entries come along the tree, in its order, and are never sorted: without
 * statistics, in a log that has just begun, the planner takes the tenant's entries for a few and reads them all.
 */
export async function planForNewest({ run }: Running): Promise<void> {
  await run(PLAN_FOR_NEWEST, {});
}

/** Returns integrated entries by sequence number: the newest that meet the conditions, or the oldest; newest first. */
export async function readEvents(
  { run }: Running,
  conditions: Conditions,
  limit: number,
  end: "newest" | "oldest" = "newest",
): Promise<EventRow[]> {
  const order = end === "newest" ? "DESC" : "ASC";
  const text = `SELECT page.*, e.class FROM (
      SELECT l.seq, ${INDEX_COLUMNS}, l.entry_id AS id FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id
      WHERE ${conditions.text} ORDER BY l.seq ${order} LIMIT ${conditions.parameter(limit)}::int
    ) AS page JOIN audit_entry e ON e.id = page.id
    ORDER BY page.seq ${order}`;
  const rows = z.array(EventRow).parse(await run(unnamed(text, conditions.values), {}));
  return end === "newest" ? rows : rows.reverse();
}

/** Returns how many integrated entries meet the conditions, at most `most`. */
export async function countEvents(run: Run, conditions: Conditions, most: number): Promise<number> {
  const text = `SELECT count(*)::int AS n FROM (SELECT 1 FROM audit_index i JOIN audit_leaf l ON l.entry_id = i.entry_id
      WHERE ${conditions.text} LIMIT ${conditions.parameter(most)}::int) AS counted`;
  const rows = await run(unnamed(text, conditions.values), {});
  return z.array(z.object({ n: z.number() })).parse(rows)[0]?.n ?? 0;
}

/** Returns written entries that are not in the tree yet, newest first, without quarantined rows. */
export async function readWaiting(
  { run }: Running,
  conditions: Conditions,
  limit: number,
): Promise<EventRow[]> {
  const text = `SELECT NULL AS seq, ${COLUMNS} FROM (SELECT DISTINCT w.entry_id FROM audit_queue w) q
      CROSS JOIN LATERAL (SELECT * FROM audit_index o WHERE o.entry_id = q.entry_id OFFSET 0) i
      CROSS JOIN LATERAL (SELECT * FROM audit_entry o WHERE o.id = q.entry_id OFFSET 0) e
    WHERE NOT EXISTS (SELECT 1 FROM audit_quarantine s WHERE s.entry_id = i.entry_id) AND ${conditions.text}
    ORDER BY i.at DESC, i.entry_id DESC LIMIT ${conditions.parameter(limit)}::int`;
  return z.array(EventRow).parse(await run(unnamed(text, conditions.values), {}));
}

/** Returns whether any entry meets the conditions, numbered or not. */
export async function hasEntry(tx: Tx, conditions: Conditions): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT EXISTS (SELECT 1 FROM audit_index i WHERE ${conditions.text}) AS has`,
    ...conditions.values,
  );
  return z.array(z.object({ has: z.boolean() })).parse(rows)[0]?.has === true;
}

/** The log no longer names people with an erased key, even if their account still exists. */
export const IS_ERASED = `EXISTS (SELECT 1 FROM audit_compartment k WHERE k.tenant_id = u.tenant_id
  AND k.kind = 'subject' AND k.subject = u.pseudonym AND k.destroyed_at IS NOT NULL)`;

/** Returns accesses and refusals, newest first by time, including those not in the tree yet. */
export async function readAccesses(
  tx: Tx,
  conditions: Conditions,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: EventRow[]; total: number }> {
  const counted = z
    .array(z.object({ total: Seq }))
    .parse(
      await tx.$queryRawUnsafe(
        `SELECT count(*) AS total FROM audit_index i WHERE ${conditions.text}`,
        ...conditions.values,
      ),
    );
  const rows = await tx.$queryRawUnsafe(
    `SELECT NULL AS seq, ${COLUMNS} FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
     WHERE ${conditions.text} ORDER BY i.at DESC, i.entry_id DESC
     LIMIT ${conditions.parameter(page.limit)} OFFSET ${conditions.parameter(page.offset)}`,
    ...conditions.values,
  );
  return { rows: z.array(EventRow).parse(rows), total: counted[0]?.total ?? 0 };
}

const LeafRow = z.object({ seq: Seq, entry_id: z.string(), leaf_hash: Bytes, bytes: Bytes });
export type LeafRow = z.infer<typeof LeafRow>;

/** Returns the sequence number of an entry; undefined until it is integrated. */
export async function findSeq(tx: Tx, log: string, entryId: string): Promise<number | undefined> {
  const row = await tx.audit_leaf.findUnique({
    where: { entry_id: entryId },
    select: { log: true, seq: true },
  });
  return row === null || row.log !== log ? undefined : Number(row.seq);
}

export async function findLeaf(tx: Tx, log: string, seq: number): Promise<LeafRow | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT l.seq, l.entry_id::text, l.leaf_hash, e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
     WHERE l.log = $1 AND l.seq = $2::bigint`,
    log,
    BigInt(seq),
  );
  return z.array(LeafRow).parse(rows)[0];
}

const Within = z.object({
  case_id: z.string().nullable(),
  actor: z.string().nullable(),
  is_suspicion: z.boolean(),
});

/** Returns the entry's case, if it has one; undefined if the fence keeps the entry from this caller. */
export async function findWithinFence(
  tx: Tx,
  conditions: Conditions,
  entryId: string,
): Promise<z.infer<typeof Within> | undefined> {
  conditions.add("i.entry_id = ?::uuid", entryId);
  const rows = await tx.$queryRawUnsafe(
    `SELECT i.case_id::text, i.actor, i.is_suspicion FROM audit_index i WHERE ${conditions.text}`,
    ...conditions.values,
  );
  return z.array(Within).parse(rows)[0];
}

/** Returns the first index whose bytes are kept; 0 if nothing was pruned. */
export async function readMinimum(tx: Tx, log: string): Promise<number> {
  const rows = await tx.$queryRawUnsafe(
    "SELECT coalesce(max(minimum), 0) AS minimum FROM audit_prune WHERE log = $1",
    log,
  );
  return z.array(z.object({ minimum: Seq })).parse(rows)[0]?.minimum ?? 0;
}

const CheckpointRow = z.object({ size: Seq, note: z.string(), published_at: z.coerce.date() });
export type CheckpointRow = z.infer<typeof CheckpointRow>;

const NEWEST_CHECKPOINT =
  "SELECT size, note, published_at FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1";

export async function findNewestCheckpoint(tx: Tx, log: string): Promise<CheckpointRow | undefined> {
  return z.array(CheckpointRow).parse(await tx.$queryRawUnsafe(NEWEST_CHECKPOINT, log))[0];
}

/** Returns the same outside a transaction, for callers that need no other fact from the same moment. */
export async function readNewestCheckpoint(pool: Pool, log: string): Promise<CheckpointRow | undefined> {
  try {
    const { rows } = await pool.query(NEWEST_CHECKPOINT, [log]);
    return z.array(CheckpointRow).parse(rows)[0];
  } catch (error) {
    throw mapDatabaseError(error);
  }
}
