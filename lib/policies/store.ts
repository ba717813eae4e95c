import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { Moment, type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { ProofOutcome, SetState } from "@/lib/policies/schema";

const Row = z.object({
  id: z.string(),
  number: z.number(),
  state: SetState,
  title: z.string(),
  reason: z.string(),
  based_on: z.number().nullable(),
  document_digest: z.string(),
  author: z.string().nullable(),
  created_at: Moment,
  revision: z.number(),
  round: z.number(),
  submitted_at: Moment.nullable(),
  base_number: z.number().nullable(),
  run_id: z.string().nullable(),
  gains: z.boolean().nullable(),
  active_from: Moment.nullable(),
  ended_at: Moment.nullable(),
  end_reason: z.string().nullable(),
});

/** A set without its document, as its row says. */
export type SetRow = z.infer<typeof Row>;
/** A set with the text of its document, which proves nothing until it has the digest that an entry names. */
export type WholeSetRow = SetRow & { readonly document: string };

const Whole = Row.extend({ document: z.string() });

const COLUMNS = {
  ...{ id: true, number: true, state: true, title: true, reason: true, based_on: true },
  ...{
    document_digest: true,
    author: true,
    created_at: true,
    revision: true,
    round: true,
    submitted_at: true,
  },
  ...{ base_number: true, run_id: true, gains: true, active_from: true, ended_at: true, end_reason: true },
} as const;

/**
 * Makes changes of a tenant's sets that depend on each other run one after the other: new numbers, and activations. The
 * guard of policy_activation takes the same lock.
 */
export async function holdSets(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw(
    Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`policies:${tenantId}`}, 0))::text`,
  );
}

/** Returns the number for the next set. Call it under `holdSets`. */
export async function nextNumber(tx: Tx, tenantId: string): Promise<number> {
  const { _max } = await tx.policy_set.aggregate({ where: { tenant_id: tenantId }, _max: { number: true } });
  return (_max.number ?? 0) + 1;
}

export interface NewSetRow {
  readonly id: string;
  readonly number: number;
  readonly state: "draft" | "active";
  readonly title: string;
  readonly reason: string;
  readonly basedOn: number | null;
  readonly document: string;
  readonly documentDigest: string;
  readonly author: string | null;
  readonly at: Date;
}

export async function insertSet(tx: Tx, tenantId: string, row: NewSetRow): Promise<void> {
  await tx.policy_set.createMany({
    data: [
      {
        ...{ id: row.id, tenant_id: tenantId, number: row.number, state: row.state, title: row.title },
        ...{ reason: row.reason, based_on: row.basedOn, document: row.document, author: row.author },
        document_digest: row.documentDigest,
        created_at: row.at,
        active_from: row.state === "active" ? row.at : null,
      },
    ],
  });
}

/** Returns a set with its document. */
export async function findSet(
  tx: Tx,
  tenantId: string,
  by: { readonly number: number } | { readonly id: string },
): Promise<WholeSetRow | undefined> {
  const row = await tx.policy_set.findFirst({
    where: { ...by, tenant_id: tenantId },
    select: { ...COLUMNS, document: true },
  });
  return row === null ? undefined : Whole.parse(row);
}

/** Returns a set with its document, locked until the transaction ends: of two acts at once, the second sees the first. */
export async function lockSet(tx: Tx, tenantId: string, number: number): Promise<WholeSetRow | undefined> {
  await tx.$queryRaw(
    Prisma.sql`SELECT id FROM policy_set WHERE tenant_id = ${tenantId}::uuid AND number = ${number} FOR UPDATE`,
  );
  return findSet(tx, tenantId, { number });
}

/** Which sets a list shows. */
export interface SetFilter {
  readonly tenantId: string;
  readonly states?: readonly SetState[] | undefined;
  /** Only numbers below this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Returns sets without their documents, newest number first. */
export async function listSetRows(tx: Tx, filter: SetFilter): Promise<Readable<SetRow>[]> {
  const { tenantId, states, before, limit } = filter;
  const rows = await tx.policy_set.findMany({
    where: {
      tenant_id: tenantId,
      ...(states === undefined ? {} : { state: { in: [...states] } }),
      ...(before === undefined ? {} : { number: { lt: before } }),
    },
    orderBy: { number: "desc" },
    take: limit,
    select: COLUMNS,
  });
  return readRows(rows, (row) => Row.parse(row));
}

/** Members of a set's row that may change; the database refuses a change that its state does not allow. */
export type SetChange = Prisma.policy_setUncheckedUpdateManyInput;

/** Changes a set and counts its revision up. */
export async function changeSet(tx: Tx, id: string, change: SetChange): Promise<void> {
  await tx.policy_set.updateMany({ where: { id }, data: { ...change, revision: { increment: 1 } } });
}

/** Returns the numbers of scheduled sets whose time has come, oldest time first. */
export async function listDue(tx: Tx, tenantId: string, now: Date): Promise<number[]> {
  const rows = await tx.policy_set.findMany({
    where: { tenant_id: tenantId, state: "scheduled", active_from: { lte: now } },
    orderBy: [{ active_from: "asc" }, { number: "asc" }],
    select: { number: true },
  });
  return rows.map(({ number }) => number);
}

/** Returns the sets that were submitted against this one and are not active yet, locked until the transaction ends. */
export function lockBasedOn(
  tx: Tx,
  tenantId: string,
  base: number,
): Promise<{ readonly id: string; readonly number: number }[]> {
  return tx.$queryRaw(Prisma.sql`SELECT id::text, number FROM policy_set
    WHERE tenant_id = ${tenantId}::uuid AND base_number = ${base} AND state IN ('submitted', 'approved', 'scheduled')
    ORDER BY number FOR UPDATE`);
}

const DryRun = z.object({
  id: z.string(),
  state: z.enum(["queued", "running", "done", "cancelled", "failed"]),
  document_digest: z.string(),
  base_number: z.number(),
  // What a submission needs of it; dry-run/schema.ts has the whole result.
  result: z
    .object({
      proof: z.object({ outcome: ProofOutcome }),
      people_gain: z.number().default(0),
      settings: z.array(z.object({ is_looser: z.boolean() })).default([]),
    })
    .nullable()
    .catch(null),
});

/** The newest dry run of a set: what it tried, against which set, and what the proof found. */
export interface DryRunRow {
  readonly id: string;
  readonly state: z.infer<typeof DryRun>["state"];
  readonly documentDigest: string;
  readonly baseNumber: number;
  /** Null while it is not done, and where its result cannot be read. */
  readonly outcome: ProofOutcome | null;
  /** False only where the proof found no new permission, no one in the matrix gains, and no number is looser. */
  readonly gains: boolean;
}

/** Returns the newest dry run of a set, finished or not; with `state`, the newest one in that state. */
export async function findDryRun(
  tx: Tx,
  setId: string,
  state?: DryRunRow["state"],
): Promise<DryRunRow | undefined> {
  const row = await tx.policy_run.findFirst({
    where: { set_id: setId, kind: "dry_run", ...(state === undefined ? {} : { state }) },
    orderBy: { id: "desc" },
    select: { id: true, state: true, document_digest: true, base_number: true, result: true },
  });
  if (row === null) return undefined;
  const run = DryRun.parse(row);
  const result = run.state === "done" ? run.result : null;
  return {
    id: run.id,
    state: run.state,
    documentDigest: run.document_digest,
    baseNumber: run.base_number,
    outcome: result?.proof.outcome ?? null,
    gains:
      result?.proof.outcome !== "proved" ||
      result.people_gain > 0 ||
      result.settings.some(({ is_looser: isLooser }) => isLooser),
  };
}

/** Whether a person, with any of their accounts, is among those who gain by a dry run's result. */
export async function isGainer(tx: Tx, runId: string, userId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM policy_run r
    WHERE r.id = ${runId}::uuid AND EXISTS (SELECT 1 FROM jsonb_path_query(r.result, '$.gainers[*].user_id') AS gainer (id)
      WHERE gainer.id #>> '{}' IN (SELECT account.id::text FROM same_human(${userId}::uuid) AS account (id)))`);
  return rows.length > 0;
}
