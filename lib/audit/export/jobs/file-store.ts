import "server-only";
import { z } from "zod";
import type { RawTx, Tx } from "@/lib/db/transaction";
import { ExportFormat } from "../../schema";
import { deleteChunks, type JobHold, standsAt } from "./store";

const Count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Removes a finished file with its key; its facts stay in the history. Returns false if it was already removed. */
export async function removeFile(tx: Tx, id: string, at: Date): Promise<boolean> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export SET state = 'expired', removed_at = $2, file_key = NULL
     WHERE id = $1::uuid AND state = 'done' AND kind = 'job' AND removed_at IS NULL`,
    id,
    at,
  );
  if (changed === 1) await deleteChunks(tx, id);
  return changed === 1;
}

/** Returns finished files that have expired or whose grant has ended. */
export async function findExpired(tx: Tx, tenantId: string, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT id::text FROM audit_export WHERE tenant_id = $1::uuid AND kind = 'job' AND state = 'done'
       AND removed_at IS NULL AND expires_at <= $2
     UNION SELECT x.id::text FROM audit_export x WHERE x.tenant_id = $1::uuid AND x.kind = 'job' AND x.state = 'done'
       AND x.filter ? 'grant_id' AND NOT export_grant_stands(x, $2::timestamptz) LIMIT $3`,
    tenantId,
    now,
    limit,
  );
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
}

const StoredFile = z.object({
  id: z.string(),
  state: z.string(),
  attempt: z.number().int(),
  format: ExportFormat,
  fence: z.string(),
  bytes: Count.nullable(),
  sha256: z.string().nullable(),
  file_key: Bytes.nullable(),
  expires_at: z.coerce.date().nullable(),
  /** Whether the export's grant is in force; true without a grant. */
  grant_stands: z.boolean(),
});
export type StoredFile = z.infer<typeof StoredFile>;

/** Returns a person's own background export; undefined for another person's and for a streamed one. */
export async function findOwnFile(
  tx: Tx,
  { tenantId, userId, id, at }: { tenantId: string; userId: string; id: string; at: Date },
): Promise<StoredFile | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT id::text, state, attempt, format, fence, bytes, sha256, file_key, expires_at,
       export_grant_stands(x, $4::timestamptz) AS grant_stands FROM audit_export x
     WHERE id = $1::uuid AND tenant_id = $2::uuid AND by_user_id = $3::uuid AND kind = 'job'`,
    id,
    tenantId,
    userId,
    at,
  );
  return z.array(StoredFile).parse(rows)[0];
}

/**
 * Returns one sealed chunk of a finished file; undefined once the file is removed, or its maker's access or grant has
 * ended.
 */
export async function readChunk(
  tx: RawTx,
  hold: JobHold,
  { number, at }: { readonly number: number; readonly at: Date },
): Promise<Uint8Array | undefined> {
  const { rows } = await tx.query(
    `SELECT c.sealed FROM audit_export_chunk c JOIN audit_export x ON x.id = c.export_id AND x.attempt = c.attempt
     WHERE x.id = $1::uuid AND x.attempt = $2 AND x.state = 'done' AND c.number = $3
       AND ${standsAt("x", "$4")}`,
    [hold.id, hold.attempt, number, at],
  );
  return z.array(z.object({ sealed: Bytes })).parse(rows)[0]?.sealed;
}

/** Records that a download begins, unless it continues one recorded since `since`. Returns true if it was recorded. */
export async function noteDownload(
  tx: Tx,
  id: string,
  at: Date,
  goesOnSince: Date | undefined,
): Promise<boolean> {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE audit_export SET downloaded_at = $2
     WHERE id = $1::uuid AND ($3::timestamptz IS NULL OR downloaded_at IS NULL OR downloaded_at < $3::timestamptz)`,
    id,
    at,
    goesOnSince ?? null,
  );
  return changed === 1;
}
