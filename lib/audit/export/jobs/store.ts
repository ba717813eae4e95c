import "server-only";
import { z } from "zod";
import type { RawTx, Tx } from "@/lib/db/transaction";
import { type ExportFlaw, ExportFormat, ExportOptions } from "../../schema";

const Count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A requested background export. */
export interface NewJob {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly format: ExportFormat;
  readonly filter: Readonly<Record<string, string>>;
  readonly options: ExportOptions;
  readonly fence: string;
  readonly entryId: string;
  readonly at: Date;
}

/** Writes the row of a waiting job. */
export async function insertJob(tx: Tx, job: NewJob): Promise<void> {
  await tx.$executeRawUnsafe(
    `INSERT INTO audit_export (id, tenant_id, by_user_id, format, filter, options, fence, entry_id, state, kind, started_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::jsonb, $6::jsonb, $7, $8::uuid, 'queued', 'job', $9::timestamptz)`,
    job.id,
    job.tenantId,
    job.userId,
    job.format,
    JSON.stringify(job.filter),
    JSON.stringify(job.options),
    job.fence,
    job.entryId,
    job.at,
  );
}

/**
 * Returns how many of a person's jobs are not finished. It locks the person's row, so that two requests count one
 * after the other.
 */
export async function countOpenJobs(tx: Tx, tenantId: string, userId: string): Promise<number> {
  await tx.$queryRawUnsafe(
    "SELECT pg_advisory_xact_lock(hashtextextended('export ' || $1, 0))::text",
    userId,
  );
  const rows = await tx.$queryRawUnsafe(
    `SELECT count(*) AS count FROM audit_export
     WHERE kind = 'job' AND state IN ('queued', 'running') AND tenant_id = $1::uuid AND by_user_id = $2::uuid`,
    tenantId,
    userId,
  );
  return z.array(z.object({ count: Count })).parse(rows)[0]?.count ?? 0;
}

const JobHold = z.object({ id: z.string(), attempt: z.number().int() });
/** A job that one worker makes, by the number of its attempt. */
export type JobHold = z.infer<typeof JobHold>;

const ClaimedJob = JobHold.extend({
  /** Attempts before it was queued again. */
  earlier: z.number().int(),
  by_user_id: z.string(),
  format: ExportFormat,
  filter: z.record(z.string(), z.string()),
  options: ExportOptions,
  fence: z.string(),
  entry_id: z.string(),
});
export type ClaimedJob = z.infer<typeof ClaimedJob>;

/** The largest number of attempts that the table accepts; a job ends as failed much earlier. */
const MOST_ATTEMPTS = 100;

/** When a claim ends, and before which time other workers' claims have ended. */
export interface Lease {
  readonly now: Date;
  readonly until: Date;
}

/** The result of a claim. A row that is not a valid job was ended as failed; others may still wait. */
export type Claim =
  | { readonly is: "job"; readonly job: ClaimedJob }
  | { readonly is: "unreadable"; readonly id: string }
  | { readonly is: "none" };

/**
 * Claims the oldest job that waits, or whose lease has ended. It deletes what an earlier attempt stored. If the
 * earlier worker still runs, its next step fails because it no longer owns the job.
 */
export async function claimJob(tx: Tx, tenantId: string, lease: Lease): Promise<Claim> {
  const rows = await tx.$queryRawUnsafe(
    `UPDATE audit_export SET state = 'running', attempt = least(attempt + 1, ${MOST_ATTEMPTS}), lease_until = $3, progress = 0, total = NULL
     WHERE id = (SELECT id FROM audit_export WHERE kind = 'job' AND tenant_id = $1::uuid
       AND (state = 'queued' OR (state = 'running' AND lease_until < $2))
       ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id::text, by_user_id::text, format, filter, options, fence, attempt, earlier, entry_id::text`,
    tenantId,
    lease.now,
    lease.until,
  );
  const hold = z.array(JobHold).parse(rows)[0];
  if (hold === undefined) return { is: "none" };
  await deleteChunks(tx, hold.id);
  const read = z.array(ClaimedJob).safeParse(rows);
  if (read.success && read.data[0] !== undefined) return { is: "job", job: read.data[0] };
  await giveUpJob(tx, hold, { state: "failed", at: lease.now });
  return { is: "unreadable", id: hold.id };
}

const HELD = "id = $1::uuid AND attempt = $2 AND state = 'running'";

/**
 * Renews the lease and saves the progress. Returns false if this worker no longer owns the job, or its maker's access
 * or grant has ended.
 */
export async function renewLease(
  tx: Tx,
  hold: JobHold,
  said: {
    readonly at: Date;
    readonly until: Date;
    readonly progress: number;
    readonly total: number | undefined;
  },
): Promise<boolean> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export x SET lease_until = $3, progress = $4::bigint, total = $5::bigint
     WHERE ${HELD} AND ${standsAt("x", "$6")}`,
    hold.id,
    hold.attempt,
    said.until,
    said.progress,
    said.total ?? null,
    said.at,
  );
  return changed === 1;
}

/**
 * Ends a job whose maker's access or grant ended while it was made, and deletes what it stored. Returns false if
 * another reason stopped it.
 */
export async function endFallenJob(tx: Tx, hold: JobHold, at: Date): Promise<boolean> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export x SET state = 'failed', lease_until = NULL, finished_at = $3
     WHERE ${HELD} AND (${standsAt("x", "$3")}) IS NOT TRUE`,
    hold.id,
    hold.attempt,
    at,
  );
  if (changed === 1) await deleteChunks(tx, hold.id);
  return changed === 1;
}

/** Condition on the row `x` of audit_export: its maker still has access and its grant is in force. */
export function standsAt(x: string, at: string): string {
  return `export_maker_stands(${x}) AND export_grant_stands(${x}, ${at}::timestamptz)`;
}

/**
 * Stores a sealed chunk. Returns false if this worker no longer owns the job, or its maker's access or grant has
 * ended.
 */
export async function insertChunk(
  tx: RawTx,
  hold: JobHold,
  chunk: { readonly number: number; readonly sealed: Uint8Array; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO audit_export_chunk (export_id, attempt, number, tenant_id, sealed)
     SELECT id, attempt, $3, tenant_id, $4 FROM audit_export x WHERE ${HELD} AND ${standsAt("x", "$5")} FOR SHARE`,
    [hold.id, hold.attempt, chunk.number, Buffer.from(chunk.sealed), chunk.at],
  );
  return rowCount === 1;
}

/** The facts of a finished file, and its expiry. */
export interface FinishedFile {
  readonly at: Date;
  readonly expiresAt: Date;
  readonly sealedKey: Uint8Array;
  readonly bytes: number;
  readonly sha256: string;
  readonly entries: number;
  readonly size: number;
  /** A fault in the log that the export found. */
  readonly flaw: ExportFlaw | undefined;
}

/**
 * Makes the complete file readable, with its key. Returns false if this worker no longer owns the job, or its maker's
 * access or grant has ended.
 */
export async function finishJob(tx: Tx, hold: JobHold, file: FinishedFile): Promise<boolean> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export x SET state = 'done', finished_at = $3, expires_at = $4, file_key = $5, bytes = $6::bigint,
       sha256 = $7, entries = $8::bigint, size = $9::bigint, progress = $8::bigint, flaw = $10, lease_until = NULL
     WHERE ${HELD} AND ${standsAt("x", "$3")}`,
    hold.id,
    hold.attempt,
    file.at,
    file.expiresAt,
    Buffer.from(file.sealedKey),
    file.bytes,
    file.sha256,
    file.entries,
    file.size,
    file.flaw ?? null,
  );
  return changed === 1;
}

/** Returns a job to the queue for another attempt, or ends it as failed. Deletes what it stored. */
export async function giveUpJob(
  tx: Tx,
  hold: JobHold,
  end: { readonly state: "queued" | "failed"; readonly at: Date },
): Promise<void> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export SET state = $3, lease_until = NULL, finished_at = CASE WHEN $3 = 'failed' THEN $4::timestamptz END
     WHERE ${HELD}`,
    hold.id,
    hold.attempt,
    end.state,
    end.at,
  );
  if (changed === 1) await deleteChunks(tx, hold.id);
}

/** Everything stored of a file. */
export async function deleteChunks(tx: Tx, id: string): Promise<void> {
  await tx.$executeRawUnsafe("DELETE FROM audit_export_chunk WHERE export_id = $1::uuid", id);
}

/** Ends a job on its maker's request; false if it had already ended. */
export async function cancelJob(tx: Tx, id: string, at: Date): Promise<boolean> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export SET state = 'cancelled', finished_at = $2, lease_until = NULL
     WHERE id = $1::uuid AND state IN ('queued', 'running')`,
    id,
    at,
  );
  if (changed === 1) await deleteChunks(tx, id);
  return changed === 1;
}
