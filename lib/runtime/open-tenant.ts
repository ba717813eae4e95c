import "server-only";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { vkey } from "@/lib/crypto/log/signed-note";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Database } from "@/lib/db/client";
import { isUniqueViolation } from "@/lib/db/errors";
import type { portalEnv } from "@/lib/env";
import { ownWitness, witnessKeys, witnessPolicy } from "@/lib/env/anchors";
import { requireOwnKey } from "@/lib/env/instance-file";
import { InvariantError, OperatorError } from "@/lib/errors";
import { createTenant, readTenant } from "@/lib/identity/people/tenant";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import { requireOwnTenant } from "@/lib/runtime/own-tenant";

type TenantEnv = ReturnType<typeof portalEnv>;

/**
 * Returns the tenant's pseudonym. In a new database it makes one; if another portal made one first, that one counts.
 * Also throws what `requireOwnTenant` throws.
 */
export async function tenantPseudonym(
  env: TenantEnv,
  { db, keystore }: { readonly db: Database; readonly keystore: Keystore },
): Promise<string> {
  return (await requireOwnTenant(env, db)) ?? makeTenant(env, db, keystore);
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

/** Returns the facts of this instance that do not change while it runs. */
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
      formerWitnesses: env.FORMER_WITNESSES,
      timeStampFile: env.TSA_CA_FILE,
      witnessPolicy: witnessPolicy(env),
    },
    signerUrl: env.SIGNER_URL,
    portalOrigin: env.PORTAL_ORIGIN,
    custodianUrl: env.CUSTODIAN_URL,
    ownWitness: ownWitness(env),
    dataDir: env.DATA_DIR,
  };
}

/** Returns the key that signs receipts. A portal without it cannot start. */
export function receiptKeyOf(keystore: Keystore): KeyRef {
  const key = keystore.readNamedKey("receipt");
  if (key === undefined) throw new OperatorError("KEY_DIR has no receipt key: make the portal's keys first");
  requireOwnKey("portal", vkey(key.participant, key.publicKey));
  return key;
}
