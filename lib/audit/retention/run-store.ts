import "server-only";
import type { Pool } from "pg";
import { z } from "zod";

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const ErasureOutcome = z.object({
  outcome: z.enum(["done", "denied", "waiting"]),
  reason: z.string().nullable(),
  entry: z.string().nullable(),
  again: z.coerce.date().nullable(),
});
export type ErasureOutcome = z.infer<typeof ErasureOutcome>;

/** Destroys a compartment key with the only function that may do so, as the retention role. Refusals are entries. */
export async function eraseCompartment(pool: Pool, erasureId: string): Promise<ErasureOutcome> {
  const { rows } = await pool.query("SELECT outcome, reason, entry, again FROM audit_erase($1)", [erasureId]);
  return ErasureOutcome.parse(rows[0]);
}

const PruneOutcome = z.object({
  outcome: z.enum(["done", "denied", "nothing"]),
  reason: z.string().nullable(),
  seq: Seq.nullable(),
  entry: z.string().nullable(),
  removed: Seq,
  held: Seq,
  first_held: Seq.nullable(),
});
export type PruneOutcome = z.infer<typeof PruneOutcome>;

/** Removes entry bytes below `minimum` with the only function that may do so, as the retention role. */
export async function pruneLog(pool: Pool, minimum: number): Promise<PruneOutcome> {
  const { rows } = await pool.query(
    "SELECT outcome, reason, seq, entry, removed, held, first_held FROM audit_prune($1)",
    [minimum],
  );
  return PruneOutcome.parse(rows[0]);
}

/** Returns agreed erasures with a prepared entry, as the app's role sees them. */
export async function listPrepared(pool: Pool, tenantId: string): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT id::text FROM audit_erasure WHERE tenant_id = $1 AND state = 'agreed'
       AND prepared_at >= now() - interval '60 seconds' AND coalesce(try_after, now()) <= now() ORDER BY id LIMIT 100`,
    [tenantId],
  );
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map((row) => row.id);
}

const Reach = z.object({ minimum: Seq, signed: Seq, first_kept: Seq.nullable() });

/**
 * Returns how far pruning went, how far checkpoints reach, and the first entry that must still be kept. An entry is
 * kept for the period of its class, and for the signer's days plus one, so that a difference of clocks never makes
 * the signer refuse.
 */
export async function readReach(pool: Pool, log: string, floorDays: number): Promise<z.infer<typeof Reach>> {
  const { rows } = await pool.query(
    `SELECT m.minimum, c.signed, least(audit_first_kept($1, c.signed),
       (SELECT l.seq FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
        WHERE l.log = $1 AND l.seq >= m.minimum AND l.seq < c.signed
          AND e.at::timestamptz + make_interval(days => $2::int + 1) > now()
        ORDER BY l.seq LIMIT 1)) AS first_kept
     FROM (SELECT coalesce(max(minimum), 0) AS minimum FROM audit_prune WHERE log = $1) m,
          (SELECT coalesce(max(size), 0) AS signed FROM audit_checkpoint WHERE log = $1) c`,
    [log, floorDays],
  );
  return Reach.parse(rows[0]);
}
