import "server-only";
import type { Pool } from "pg";
import { clamdScanner } from "@/lib/access/documents/clamd";
import { readinessOf } from "@/lib/administration/readiness/count-missing";
import { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import { scopesFor } from "@/lib/api-client/registry";
import { watchErasures } from "@/lib/audit/record/compartments";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { Flags } from "@/lib/context/flags";
import { uuidv7 } from "@/lib/crypto/uuid";
import { requireLogin } from "@/lib/db/check-database";
import { type Database, openDatabase } from "@/lib/db/client";
import type { NoticeSource } from "@/lib/db/listen";
import { openPool } from "@/lib/db/pool";
import { type ReplicaOptions, withReplica } from "@/lib/db/replica";
import { portalEnv } from "@/lib/env";
import { collectorOf } from "@/lib/env/collector";
import { custodySettings } from "@/lib/env/custody";
import { scannerAddress } from "@/lib/env/scanner";
import { servedTenant } from "@/lib/env/served-tenant";
import { tlsFilesOf } from "@/lib/env/tls";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { readStoredEpochs } from "@/lib/escrow/client/epochs";
import { openFlags } from "@/lib/flags/open-flags";
import { type RecordContext, recordFlagValue } from "@/lib/flags/record-change";
import { createAnonymousFailures } from "@/lib/identity/anonymous-failures";
import {
  deriveApiKeySecret,
  deriveCaseKey,
  deriveLimitSecret,
  deriveSessionSecret,
  openInstanceSecret,
} from "@/lib/identity/instance-secret";
import { siteOf } from "@/lib/identity/sign-in/site";
import { usePartIdentity } from "@/lib/ipc/part-identity";
import { makeDataFolder } from "@/lib/keystore/files/atomic-file";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import type { Keystore } from "@/lib/keystore/keystore";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { mapServiceFailure } from "@/lib/keystore/roots/persist";
import { openLiveHub } from "@/lib/live/open-hub";
import { mailerOf } from "@/lib/notify/mail/mailer";
import { ActivePolicies, followPolicies } from "@/lib/policies/active-set";
import { beginPolicies } from "@/lib/policies/first-set";
import { type Limits, openLimits } from "@/lib/rate-limit/limits";
import { openSharedCounters } from "@/lib/rate-limit/open-shared-counters";
import { openLimitPool } from "@/lib/rate-limit/ratelimit";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { UploadSlots } from "@/lib/rate-limit/upload-slots";
import { runJobs } from "@/lib/runtime/jobs";
import { instanceFacts, receiptKeyOf, tenantPseudonym } from "@/lib/runtime/open-tenant";
import type { Runtime } from "@/lib/runtime/slot";
import { createLogger, type Logger } from "@/lib/telemetry/logger";

/** Opens the portal's keystore. While the key service is down every call answers 503, as without the database. */
async function openPortalKeystore(env: ReturnType<typeof portalEnv>, logger: Logger): Promise<Keystore> {
  const onFailure = (err: unknown) =>
    logger.error({ err }, "the root of the keys was not renewed or not promoted");
  try {
    return await openKeystore({ dir: env.KEY_DIR, custody: custodySettings(env), onFailure });
  } catch (error) {
    throw mapServiceFailure(error);
  }
}

// The composition root: instrumentation.ts alone imports it. Pages and routes take the runtime from slot.ts, so that
// their bundles do not contain what makes it.

const MAX_CONNECTIONS = 16;
const AUDIT_CONNECTIONS = 4;

/** The part that does not need the database: made once, and kept when the tenant cannot be read yet. */
interface Foundation {
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

type PortalEnv = ReturnType<typeof portalEnv>;

/** The logins of a replica and of the listener are checked as that of the database itself. */
async function requireLogins(env: PortalEnv): Promise<void> {
  for (const name of ["DATABASE_URL", "DATABASE_LISTEN_URL", "DATABASE_REPLICA_URL"] as const) {
    const url = env[name];
    if (url !== undefined) await requireLogin(name, url, { clock: systemClock, tenantId: env.TENANT_ID });
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
  // First, since it may fail for a while and pools would be left behind.
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

/** The servers of the operator that this portal uses, each where one is set. */
function outsideServers(env: PortalEnv): Pick<Runtime, "scanner" | "mailer" | "collector"> {
  const address = scannerAddress(env);
  return {
    scanner: address === undefined ? undefined : clamdScanner(address),
    mailer: mailerOf(env),
    collector: collectorOf(env),
  };
}

function limitsOf(env: PortalEnv, { logger, limitPool, counters, idempotencyKey }: Foundation): Limits {
  const stores = {
    pool: limitPool,
    secret: deriveLimitSecret(idempotencyKey),
    shared: counters,
    onInsurance: (name: string) => logger.warn({ budget: name }, "the rate limiter counts in memory"),
  };
  return openLimits(stores, env.RATE_BUDGETS);
}

function openOwnFlags(env: PortalEnv, cx: RecordContext & { readonly logger: Logger }): Promise<Flags> {
  const { logger, clock } = cx;
  return openFlags(env.FLAGS_FILE, { logger, clock, record: (value) => recordFlagValue(cx, value) });
}

function hearNotices(
  source: NoticeSource,
  policies: ActivePolicies,
  { compartments }: Runtime["audit"],
): void {
  followPolicies(source, "sealport-portal-policies", policies);
  watchErasures(source, "sealport-portal-erasures", compartments);
}

async function build(env: PortalEnv, foundation: Foundation): Promise<Runtime> {
  const { logger, alarms, db, keystore, idempotencyKey, auditPool: pool } = foundation;
  const instance = instanceFacts(env, await tenantPseudonym(env, foundation));
  const audit = createAuditRecorder({ pool, keystore, instance, receiptKey: receiptKeyOf(keystore), logger });
  const flags = await openOwnFlags(env, { db, instance, clock: systemClock, audit, logger });
  const policies = new ActivePolicies({ db, instance, logger, flags });
  const source = { url: env.DATABASE_LISTEN_URL ?? env.DATABASE_URL, pool: db.pool, logger };
  const runtime: Runtime = {
    db,
    instance,
    clock: systemClock,
    keystore,
    escrow: createEscrowClient({
      url: env.CUSTODIAN_URL,
      vkey: env.CUSTODIAN_VKEY,
      log: env.LOG_ORIGIN,
      clock: systemClock,
      storedEpochs: () => readStoredEpochs({ db, instance }),
    }),
    audit,
    policies,
    flags,
    logger,
    alarms,
    limits: limitsOf(env, foundation),
    failures: createAnonymousFailures(logger),
    idempotencyKey,
    apiKeySecret: deriveApiKeySecret(idempotencyKey),
    sessionSecret: deriveSessionSecret(idempotencyKey),
    caseKey: deriveCaseKey(idempotencyKey),
    scopesFor,
    site: siteOf(env),
    demoFile: env.DEMO_FILE,
    live: openLiveHub(source, { db, instance, logger, clock: systemClock }),
    uploads: new UploadSlots(),
    ...outsideServers(env),
    setupToken: env.SETUP_TOKEN,
    readiness: readinessOf({ db, instance, keystore, clock: systemClock }),
  };
  await beginPolicies({ ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" });
  await policies.check();
  hearNotices(source, policies, runtime.audit);
  return runtime;
}

/** By the name of a further tenant; undefined for the process's own. */
const foundations = new Map<string | undefined, Promise<Foundation>>();

/**
 * Builds the runtime without its jobs, for programs that act once. After a failure call it again: the foundation is
 * kept, a failed foundation is not.
 */
export async function openRuntime(): Promise<Runtime> {
  const env = portalEnv();
  const tenant = servedTenant()?.name;
  usePartIdentity("portal", tlsFilesOf(env));
  makeDataFolder(env.DATA_DIR);
  const laid = foundations.get(tenant) ?? layFoundation(env);
  foundations.set(tenant, laid);
  laid.catch(() => {
    if (foundations.get(tenant) === laid) foundations.delete(tenant);
  });
  return build(env, await laid);
}

/** Builds the portal's runtime and starts what runs with it. The metrics of a process are served once. */
export async function buildRuntime(): Promise<Runtime> {
  const env = portalEnv();
  const runtime = await openRuntime();
  if (servedTenant() === undefined) watchKeystore(runtime.keystore, true);
  runJobs(runtime, { exportKeepDays: env.EXPORT_KEEP_DAYS, keyRotationDays: env.KEY_ROTATION_DAYS });
  return runtime;
}
