import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import type { Holds, Retention } from "./schema";

const Count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const PeriodRow = z.object({ kind: z.enum(["role", "class"]), name: z.string(), days: z.int() });

/** Returns periods by role and by class; `*`, for all others, comes last. */
export async function readPeriods(tx: Tx): Promise<Pick<Retention, "roles" | "classes">> {
  const rows = z
    .array(PeriodRow)
    .parse(
      await tx.$queryRawUnsafe(
        "SELECT kind, name, days FROM audit_retention ORDER BY kind, (name = '*'), name",
      ),
    );
  const of = (kind: "role" | "class") =>
    rows.filter((row) => row.kind === kind).map(({ name, days }) => ({ name, days }));
  return { roles: of("role"), classes: of("class") };
}

const VersionRow = z.object({ number: z.int(), at: z.coerce.date() });

/** Returns the policy set that says so, and since when: its activation wrote the periods in the same transaction. */
export async function findPeriodsVersion(tx: Tx, tenantId: string): Promise<Retention["version"]> {
  const rows = await tx.$queryRawUnsafe(
    "SELECT number, at FROM policy_activation WHERE tenant_id = $1::uuid ORDER BY seq DESC LIMIT 1",
    tenantId,
  );
  const [row] = z.array(VersionRow).parse(rows);
  return row === undefined ? null : { number: row.number, since: row.at.toISOString() };
}

const PruneRow = z.object({ at: z.coerce.date(), removed: Count, kept: Count, seq: Count.nullable() });

/** Returns the pruning that reached furthest, with the leaf index of its entry. */
export async function findLastPruning(tx: Tx, log: string): Promise<Retention["last_pruning"]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT p.at, p.removed, p.kept, l.seq FROM audit_prune p LEFT JOIN audit_leaf l ON l.entry_id = p.entry_id
     WHERE p.log = $1 ORDER BY p.minimum DESC LIMIT 1`,
    log,
  );
  const [row] = z.array(PruneRow).parse(rows);
  return row === undefined ? null : { ...row, at: row.at.toISOString() };
}

const HeldRow = z.object({ transaction_id: z.string(), until: z.coerce.date() });
const PreservationRow = z.object({
  id: z.string(),
  requested_by: z.string(),
  reason: z.string(),
  transactions: z.array(z.string()),
  until: z.coerce.date(),
});

/**
 * Returns holds in force now (as audit_is_held sees them), the next to end first. Holds on records of the reader's
 * organisations are left out, except those that they placed themselves.
 */
export async function readHolds(
  tx: Tx,
  { tenantId, userId }: Pick<Principal, "tenantId" | "userId">,
  sealed: readonly string[],
  limit: number,
): Promise<Holds> {
  const held = await tx.$queryRawUnsafe(
    `SELECT t.id::text AS transaction_id, t.hold_until AS until FROM transaction t
     WHERE t.tenant_id = $1::uuid AND t.hold_until > now()
       AND NOT EXISTS (SELECT 1 FROM participant p WHERE p.id = ANY (t.participants)
         AND p.organisation_id IN (SELECT own_organisations($3::uuid))) ORDER BY t.hold_until, t.id LIMIT $2`,
    tenantId,
    limit + 1,
    userId,
  );
  const preserved = await tx.$queryRawUnsafe(
    `SELECT p.id::text, u.name AS requested_by, p.reason, p.transactions, p.until FROM preservation p
     JOIN app_user u ON u.id = p.requested_by
     WHERE p.tenant_id = $1::uuid AND p.released_at IS NULL AND p.until > now() AND p.id <> ALL ($3::uuid[])
     ORDER BY p.until, p.id LIMIT $2`,
    tenantId,
    limit + 1,
    [...sealed],
  );
  const [transactions, preservations] = [
    z.array(HeldRow).parse(held),
    z.array(PreservationRow).parse(preserved),
  ];
  const shown = <T extends { until: Date }>(rows: readonly T[]) =>
    rows.slice(0, limit).map((row) => ({ ...row, until: row.until.toISOString() }));
  return {
    transactions: shown(transactions),
    preservations: shown(preservations),
    has_more: Math.max(transactions.length, preservations.length) > limit,
  };
}

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
  seq: Count.nullable(),
  entry: z.string().nullable(),
  removed: Count,
  held: Count,
  first_held: Count.nullable(),
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

const Reach = z.object({ minimum: Count, signed: Count, first_kept: Count.nullable() });

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
