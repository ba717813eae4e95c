import "server-only";
import { readNewestCheckpoint } from "@/lib/audit/reading/store";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote, vkey } from "@/lib/crypto/log/signed-note";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Database } from "@/lib/db/client";
import { isUniqueViolation } from "@/lib/db/errors";
import type { portalEnv } from "@/lib/env";
import { witnessKeys, witnessPolicy } from "@/lib/env/anchors";
import { requireOwnKey } from "@/lib/env/instance-file";
import { InvariantError, OperatorError } from "@/lib/errors";
import { createTenant, isLogTaken, readTenant } from "@/lib/identity/people/tenant";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";

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
  if (await isLogTaken({ db, instance: { tenantId: env.TENANT_ID } }, env.LOG_ORIGIN))
    throw new OperatorError("TENANT_ID is not the tenant that this database was made with");
  return undefined;
}

/**
 * Returns the tenant's pseudonym. In a new database it makes one; if another portal made one first, that one counts.
 * Throws as `requireOwnTenant`.
 */
export async function tenantPseudonym(
  env: TenantEnv,
  { db, keystore }: { readonly db: Database; readonly keystore: Keystore },
): Promise<string> {
  return (await requireOwnTenant(env, db)) ?? makeTenant(env, db, keystore);
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

async function makeTenant(env: TenantEnv, db: Database, keystore: Keystore): Promise<string> {
  const instance = instanceFacts(env, toBase64url(randomBytes(12)));
  const audit = createAuditRecorder({
    pool: db.pool,
    keystore,
    instance,
    receiptKey: receiptKeyOf(keystore),
  });
  const cx = {
    db,
    instance,
    audit,
    clock: systemClock,
    client: {},
    requestId: uuidv7(Date.now()),
    system: "portal",
  };
  try {
    await createTenant(cx, env.LOG_ORIGIN);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const stored = await readTenant(db, env.TENANT_ID);
  if (stored === undefined) throw new InvariantError("the tenant was created but cannot be found");
  return stored.pseudonym;
}

/** Facts of this instance that do not change while it runs. */
export function instanceFacts(env: TenantEnv, pseudonym: string): InstanceFacts {
  return {
    log: env.LOG_ORIGIN,
    tenantId: env.TENANT_ID,
    tenantPseudonym: pseudonym,
    evaluation: env.SEALPORT_EVALUATION,
    demonstration: env.DEMO_FILE !== undefined,
    keyRotationDays: env.KEY_ROTATION_DAYS,
    closedLogs: env.CLOSED_LOGS,
    pinned: {
      log: env.LOG_VKEY,
      custodian: env.CUSTODIAN_VKEY,
      witnesses: witnessKeys(env),
      timeStampFile: env.TSA_CA_FILE,
      witnessPolicy: witnessPolicy(env),
    },
    signerUrl: env.SIGNER_URL,
    portalOrigin: env.PORTAL_ORIGIN,
    custodianUrl: env.CUSTODIAN_URL,
    dataDir: env.DATA_DIR,
  };
}

/** The key that signs receipts; a portal without it cannot start. */
export function receiptKeyOf(keystore: Keystore): KeyRef {
  const key = keystore.readNamedKey("receipt");
  if (key === undefined) throw new OperatorError("KEY_DIR has no receipt key: make the portal's keys first");
  requireOwnKey("portal", vkey(key.participant, key.publicKey));
  return key;
}
