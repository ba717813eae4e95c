import "server-only";
import type { PoolClient } from "pg";
import { z } from "zod";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { IS_ERASED } from "../reading/store";
import { IndexReport } from "./index-store";
import { VERIFICATION_STATES, VerificationReport } from "./schema";

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const Row = z.object({
  id: z.string(),
  state: z.enum(VERIFICATION_STATES),
  cause: z.enum(["demand", "schedule"]),
  by: z.string().nullable(),
  started_at: z.coerce.date(),
  finished_at: z.coerce.date().nullable(),
  done: Seq.nullable(),
  total: Seq.nullable(),
  seq: Seq.nullable(),
  recorded_in: z.string().nullable(),
  report: VerificationReport.nullable(),
  index_report: IndexReport.nullable(),
  end_entry_id: z.string().nullable(),
  raw_report: z.json(),
  raw_index_report: z.json(),
});
export type VerificationRow = z.infer<typeof Row>;

// The worker's end is not the whole: the verification runs until a portal has checked the index rows.
const IS_HALF = "v.state = 'done' AND v.index_report IS NULL AND v.end_entry_id IS NULL";
// Names follow the same rule as everywhere in the log: for callers who know them anyway, and never for erased people
// ($2: the reader's organisation, null for callers who know every name).
const BY = `CASE WHEN ${IS_ERASED} OR u.organisation_id <> $2::uuid THEN u.pseudonym ELSE u.name END`;
const SELECT = `SELECT v.id::text, CASE WHEN ${IS_HALF} THEN 'running' ELSE v.state END AS state, v.cause,
    ${BY} AS by, v.started_at, CASE WHEN ${IS_HALF} THEN NULL ELSE v.finished_at END AS finished_at,
    (coalesce(v.index_progress, v.progress)->>'next')::bigint AS done, (v.progress->>'size')::bigint AS total, l.seq, e.log AS recorded_in,
    CASE WHEN ${IS_HALF} THEN NULL ELSE v.report END AS report, v.index_report,
    v.end_entry_id::text, v.report AS raw_report, v.index_report AS raw_index_report
  FROM audit_verification v LEFT JOIN app_user u ON u.id = v.by_user_id
    LEFT JOIN audit_leaf l ON l.entry_id = v.end_entry_id LEFT JOIN audit_entry e ON e.id = v.end_entry_id`;

/** Whose verifications are read, and whose people are named; all people if no organisation is given. */
export interface Names {
  readonly tenantId: string;
  readonly organisationId: string | undefined;
}

/** Returns verifications, newest first; `before` is the id of the last one shown. */
export async function selectVerifications(
  tx: Tx,
  where: Names & { readonly before: string | undefined; readonly limit: number },
): Promise<Readable<VerificationRow>[]> {
  const rows = await tx.$queryRawUnsafe<unknown[]>(
    `${SELECT} WHERE v.tenant_id = $1::uuid AND ($3::uuid IS NULL OR v.id < $3::uuid) ORDER BY v.id DESC LIMIT $4`,
    where.tenantId,
    where.organisationId ?? null,
    where.before ?? null,
    where.limit,
  );
  return readRows(rows, (row) => Row.parse(row));
}

export async function findVerification(
  tx: Tx,
  { tenantId, organisationId }: Names,
  id: string,
): Promise<VerificationRow | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `${SELECT} WHERE v.tenant_id = $1::uuid AND v.id = $3::uuid`,
    tenantId,
    organisationId ?? null,
    id,
  );
  return z.array(Row).parse(rows)[0];
}

/** A requested verification. */
export interface NewVerification {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string | undefined;
  readonly cause: "demand" | "schedule";
  readonly startedAt: Date;
}

/** Queues a verification; false when one already waits or runs. */
export async function insertVerification(tx: Tx, made: NewVerification): Promise<boolean> {
  const count = await tx.$executeRawUnsafe(
    `INSERT INTO audit_verification (id, tenant_id, by_user_id, state, cause, started_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, 'queued', $4, $5)
     ON CONFLICT (tenant_id) WHERE state IN ('queued', 'running') DO NOTHING`,
    made.id,
    made.tenantId,
    made.userId ?? null,
    made.cause,
    made.startedAt,
  );
  return count === 1;
}

export async function findOpenVerification(
  tx: Tx,
  { tenantId, organisationId }: Names,
): Promise<VerificationRow | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `${SELECT} WHERE v.tenant_id = $1::uuid AND v.state IN ('queued', 'running')`,
    tenantId,
    organisationId ?? null,
  );
  return z.array(Row).parse(rows)[0];
}

const LastVerified = z.object({ at: z.coerce.date(), is_incomplete: z.boolean() });

/**
 * Returns when the newest completed verification was requested, and whether the signer's statement is missing in it.
 */
export async function readLastVerified(
  tx: Tx,
  tenantId: string,
): Promise<{ readonly at: Date; readonly isIncomplete: boolean } | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT started_at AS at, coalesce(report->>'verdict' = 'incomplete', false) AS is_incomplete
     FROM audit_verification WHERE tenant_id = $1::uuid AND state <> 'failed' ORDER BY started_at DESC LIMIT 1`,
    tenantId,
  );
  const last = z.array(LastVerified).parse(rows)[0];
  return last && { at: last.at, isIncomplete: last.is_incomplete };
}

const Claimed = z.object({ id: z.string(), progress: z.unknown() });

/** Claims the tenant's open verification, unless another worker has it and its lease has not ended. */
export async function claimVerification(
  tx: PoolClient,
  claim: { readonly tenantId: string; readonly token: string; readonly leaseSeconds: number },
): Promise<z.infer<typeof Claimed> | undefined> {
  const { rows } = await tx.query(
    `UPDATE audit_verification SET state = 'running', claim = $2, lease_until = now() + make_interval(secs => $3)
     WHERE id = (SELECT id FROM audit_verification WHERE tenant_id = $1
         AND (state = 'queued' OR (state = 'running' AND lease_until < now()))
       LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, progress`,
    [claim.tenantId, claim.token, claim.leaseSeconds],
  );
  return rows.length === 0 ? undefined : Claimed.parse(rows[0]);
}

/** Saves the progress and renews the lease; false when another worker has taken over. */
export async function saveProgress(
  tx: PoolClient,
  held: { readonly id: string; readonly token: string; readonly leaseSeconds: number },
  progress: unknown,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE audit_verification SET progress = $3::jsonb, lease_until = now() + make_interval(secs => $4)
     WHERE id = $1 AND claim = $2 AND state = 'running'`,
    [held.id, held.token, JSON.stringify(progress), held.leaseSeconds],
  );
  return rowCount === 1;
}

/** Writes the report once; false when another worker has taken over. */
export async function finishVerification(
  tx: PoolClient,
  held: { readonly id: string; readonly token: string },
  end: { readonly state: "done" | "failed"; readonly report: VerificationReport | undefined },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE audit_verification SET state = $3, report = $4::jsonb, finished_at = now(), lease_until = NULL
     WHERE id = $1 AND claim = $2 AND state = 'running'`,
    [held.id, held.token, end.state, end.report === undefined ? null : JSON.stringify(end.report)],
  );
  return rowCount === 1;
}

const Unrecorded = z.object({
  id: z.string(),
  state: z.enum(VERIFICATION_STATES),
  cause: z.enum(["demand", "schedule"]),
  report: VerificationReport.nullable(),
  index_report: IndexReport.nullable(),
  start_entry_id: z.string().nullable(),
  started_at: z.coerce.date(),
  raw_report: z.json(),
  raw_index_report: z.json(),
});
export type Unrecorded = z.infer<typeof Unrecorded>;

/** Locks one verification whose beginning or end is not in the log yet, for this transaction. */
export async function lockUnrecorded(tx: Tx, tenantId: string): Promise<Unrecorded | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT id::text, state, cause, report, index_report, start_entry_id::text, started_at, report AS raw_report,
       index_report AS raw_index_report FROM audit_verification
     WHERE tenant_id = $1::uuid AND (start_entry_id IS NULL OR (end_entry_id IS NULL
       AND (state = 'failed' OR (state = 'done' AND index_report IS NOT NULL))))
     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    tenantId,
  );
  return z.array(Unrecorded).parse(rows)[0];
}

export async function noteEntry(
  tx: Tx,
  id: string,
  which: "start_entry_id" | "end_entry_id",
  entryId: string,
): Promise<void> {
  await tx.audit_verification.update({ where: { id }, data: { [which]: entryId }, select: { id: true } });
}
