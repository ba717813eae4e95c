import "server-only";
import type { Pool } from "pg";
import { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import { systemClock } from "@/lib/clock";
import { requireLogin } from "@/lib/db/check-database";
import { type Database, openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { type ReplicaOptions, withReplica } from "@/lib/db/replica";
import { portalEnv } from "@/lib/env";
import { custodySettings } from "@/lib/env/custody";
import { servedTenant } from "@/lib/env/served-tenant";
import { tlsFilesOf } from "@/lib/env/tls";
import { openInstanceSecret } from "@/lib/identity/instance-secret";
import { usePartIdentity } from "@/lib/ipc/part-identity";
import { makeDataFolder } from "@/lib/keystore/files/atomic-file";
import type { Keystore } from "@/lib/keystore/keystore";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { mapServiceFailure } from "@/lib/keystore/roots/persist";
import { openSharedCounters } from "@/lib/rate-limit/open-shared-counters";
import { openLimitPool } from "@/lib/rate-limit/ratelimit";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { requireOwnTenant } from "@/lib/runtime/own-tenant";
import { createLogger, type Logger } from "@/lib/telemetry/logger";

// What a portal checks and opens before all else: files, keys, logins, pools. instrumentation.ts loads it before the rest
// of the runtime, so that a wrong environment ends the portal within two seconds.

/** Opens the portal's keystore. While the key service is down every call answers 503, as without the database. */
async function openPortalKeystore(env: ReturnType<typeof portalEnv>, logger: Logger): Promise<Keystore> {
  const onFailure = (err: unknown) => logger.error({ err }, "the root key was not renewed or not promoted");
  try {
    return await openKeystore({ dir: env.KEY_DIR, custody: custodySettings(env), onFailure });
  } catch (error) {
    throw mapServiceFailure(error);
  }
}

const MAX_CONNECTIONS = 16;
const AUDIT_CONNECTIONS = 4;

/** The part of the runtime that is built without an answer of the database. It is kept while the tenant cannot be read yet. */
export interface Foundation {
  readonly logger: Logger;
  readonly alarms: AlarmBuffer;
  readonly db: Database;
  /** Separate connections, so that refusals can be written while the others are busy. */
  readonly auditPool: Pool;
  readonly limitPool: Pool;
  readonly counters: SharedCounters | undefined;
  readonly keystore: Keystore;
  readonly idempotencyKey: Uint8Array;
}

export type PortalEnv = ReturnType<typeof portalEnv>;

/** Checks the logins of the database, of its replica and of the listener. */
async function requireLogins(env: PortalEnv): Promise<void> {
  for (const name of ["DATABASE_URL", "DATABASE_LISTEN_URL", "DATABASE_REPLICA_URL"] as const) {
    const url = env[name];
    if (url !== undefined) await requireLogin(name, url, { clock: systemClock, own: env });
  }
}

function followed(
  db: Database,
  env: PortalEnv,
  settings: Omit<ReplicaOptions, "url" | "catchUpMs">,
): Database {
  const { DATABASE_REPLICA_URL: url, DATABASE_REPLICA_WAIT_MS: catchUpMs } = env;
  return url === undefined ? db : withReplica(db, { ...settings, url, catchUpMs });
}

async function layFoundation(env: PortalEnv): Promise<Foundation> {
  const alarms = new AlarmBuffer("portal");
  const onAlarm = (facts: object) => alarms.take(facts, systemClock.now());
  const logger = createLogger("portal", env.LOG_LEVEL, undefined, onAlarm);
  usePartIdentity("portal", tlsFilesOf(env));
  makeDataFolder(env.DATA_DIR);
  // This comes first: it may fail for a while, and open pools would be left behind.
  const keystore = await openPortalKeystore(env, logger);
  await requireLogins(env);
  const onIdleError = (code: string) => logger.warn({ code }, "an idle database connection was lost");
  const server = {
    url: env.DATABASE_URL,
    tenantId: env.TENANT_ID,
    ...(env.DATABASE_WAIT_MS === undefined ? {} : { waitMs: env.DATABASE_WAIT_MS }),
    onIdleError,
  };
  const { tenantId } = server;
  const name = { tenantId, applicationName: "sealport-portal", maxConnections: MAX_CONNECTIONS };
  const db = followed(openDatabase({ ...server, ...name }), env, { logger, onIdleError, ...name });
  const auditPool = openPool({
    ...server,
    applicationName: "sealport-portal-audit",
    maxConnections: AUDIT_CONNECTIONS,
  });
  const idempotencyKey = await openInstanceSecret(keystore, env.KEY_DIR);
  const counters = await openSharedCounters(env, (code) =>
    logger.warn({ code }, "the connection to the rate limiter's Redis failed"),
  );
  return {
    logger,
    alarms,
    db,
    auditPool,
    limitPool: openLimitPool(server),
    counters,
    keystore,
    idempotencyKey,
  };
}

/** By the name of a further tenant; undefined for the process's own. */
const foundations = new Map<string | undefined, Promise<Foundation>>();

/** Returns the foundation of the served tenant. It is kept; one that failed is not, and the next call tries again. */
export function openFoundation(env: PortalEnv): Promise<Foundation> {
  const tenant = servedTenant()?.name;
  const laid = foundations.get(tenant) ?? layFoundation(env);
  foundations.set(tenant, laid);
  laid.catch(() => {
    if (foundations.get(tenant) === laid) foundations.delete(tenant);
  });
  return laid;
}

/** Throws OperatorError for a wrong environment, and the cause if the database cannot be asked. */
export async function checkFoundation(): Promise<void> {
  const env = portalEnv();
  await requireOwnTenant(env, (await openFoundation(env)).db);
}
