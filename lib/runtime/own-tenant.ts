import "server-only";
import { readNewestCheckpoint } from "@/lib/audit/reading/store";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { requireTenantOfLog } from "@/lib/db/check-database";
import type { Database } from "@/lib/db/client";
import type { portalEnv } from "@/lib/env";
import { OperatorError } from "@/lib/errors";
import { readTenant } from "@/lib/identity/people/tenant";

type TenantEnv = ReturnType<typeof portalEnv>;

/**
 * Returns the tenant's pseudonym; undefined in a new database. Throws OperatorError if TENANT_ID, LOG_ORIGIN or LOG_VKEY
 * is not that of this database.
 */
export async function requireOwnTenant(
  env: Pick<TenantEnv, "TENANT_ID" | "LOG_ORIGIN" | "LOG_VKEY">,
  db: Database,
): Promise<string | undefined> {
  const known = await readTenant(db, env.TENANT_ID);
  if (known !== undefined && known.log !== env.LOG_ORIGIN)
    throw new OperatorError("LOG_ORIGIN is not the origin that this database was made with");
  await requireLogKey(env, db);
  if (known !== undefined) return known.pseudonym;
  await requireTenantOfLog(db.pool, env);
  return undefined;
}

/** Throws OperatorError unless the newest checkpoint is signed by the key with which this portal verifies the log. */
async function requireLogKey(env: Pick<TenantEnv, "LOG_ORIGIN" | "LOG_VKEY">, db: Database): Promise<void> {
  const newest = await readNewestCheckpoint(db.pool, env.LOG_ORIGIN);
  if (newest === undefined) return;
  if (isSignedBy(newest.note, env.LOG_VKEY)) return;
  throw new OperatorError("LOG_VKEY is not the key that signed this database's log");
}

function isSignedBy(note: string, logVkey: string): boolean {
  try {
    return openNote(note, [logVkey]).verified.length > 0;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
