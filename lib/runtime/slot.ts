import "server-only";
import type { Pool } from "pg";
import { clamdScanner } from "@/lib/access/documents/clamd";
import type { Scanner } from "@/lib/access/documents/scanner";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { watchErasures } from "@/lib/audit/record/watch-erasures";
import type { AuditRecorder } from "@/lib/audit/recorder-types";
import { type Clock, systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context";
import { type Database, openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { portalEnv } from "@/lib/env";
import { scannerAddress } from "@/lib/env/scanner";
import { createEscrowClient, type EscrowClient } from "@/lib/escrow/client/client";
import { readStoredEpochs } from "@/lib/escrow/client/epochs";
import { type AnonymousFailures, createAnonymousFailures } from "@/lib/identity/anonymous-failures";
import {
  type ApiKeySecret,
  deriveApiKeySecret,
  deriveLimitSecret,
  deriveSessionSecret,
  openInstanceSecret,
} from "@/lib/identity/instance-secret";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import { type Site, siteOf } from "@/lib/identity/sign-in/site";
import type { Keystore } from "@/lib/keystore/keystore";
import type { LiveHub } from "@/lib/live/hub";
import { openLiveHub } from "@/lib/live/open-hub";
import type { Mailer } from "@/lib/notify/mail/mailer";
import { mailerOf } from "@/lib/notify/mail/open-mailer";
import { openLimitPool } from "@/lib/rate-limit/limit-pool";
import { type Limits, openLimits } from "@/lib/rate-limit/limits";
import { openSharedCounters } from "@/lib/rate-limit/open-shared-counters";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { UploadSlots } from "@/lib/rate-limit/upload-slots";
import {
  keepAccess,
  keepEpoch,
  keepErasures,
  keepEscrow,
  keepExports,
  keepResident,
  keepRotations,
  keepScans,
  keepSessions,
  keepVerifications,
} from "@/lib/runtime/jobs";
import { keepNotifications } from "@/lib/runtime/keep-notifications";
import { keepTransparency } from "@/lib/runtime/keep-transparency";
import { openPortalKeystore } from "@/lib/runtime/open-portal-keystore";
import { instanceFacts, receiptKeyOf, tenantPseudonym } from "@/lib/runtime/open-tenant";
import { keepMetrics } from "@/lib/runtime/serve-metrics";
import { createLogger, type Logger } from "@/lib/telemetry/logger";

/** Everything a portal process has one of. Everything in it outlives the requests. */
export interface Runtime extends ApiKeySecret, SessionSecret {
  readonly site: Site;
  readonly demoFile: string | undefined;
  readonly db: Database;
  readonly instance: InstanceFacts;
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly escrow: EscrowClient;
  readonly audit: AuditRecorder;
  readonly logger: Logger;
  readonly limits: Limits;
  readonly failures: AnonymousFailures;
  readonly idempotencyKey: Uint8Array;
  readonly live: LiveHub;
  readonly uploads: UploadSlots;
  /** Undefined where no scanner is configured: then documents are "not scanned". */
  readonly scanner: Scanner | undefined;
  /** Absent where no mail server is set up. */
  readonly mailer?: Mailer | undefined;
}

const MAX_CONNECTIONS = 16;
const AUDIT_CONNECTIONS = 4;

/** What exists without the database: made once, also when the tenant cannot be read yet. */
interface Foundation {
  readonly logger: Logger;
  readonly db: Database;
  /** Connections of their own, so that refusals can be written while the others are busy. */
  readonly auditPool: Pool;
  readonly limitPool: Pool;
  readonly counters: SharedCounters | undefined;
  readonly keystore: Keystore;
  readonly idempotencyKey: Uint8Array;
}

type PortalEnv = ReturnType<typeof portalEnv>;

async function lay(env: PortalEnv): Promise<Foundation> {
  const logger = createLogger("portal", env.LOG_LEVEL);
  // First, since it may fail for a while and pools would be left behind.
  const keystore = await openPortalKeystore(env, logger);
  const onIdleError = (code: string) => logger.warn({ code }, "an idle database connection was lost");
  const server = {
    url: env.DATABASE_URL,
    ...(env.DATABASE_WAIT_MS === undefined ? {} : { waitMs: env.DATABASE_WAIT_MS }),
    onIdleError,
  };
  const db = openDatabase({ ...server, applicationName: "sealport-portal", maxConnections: MAX_CONNECTIONS });
  const auditPool = openPool({
    ...server,
    applicationName: "sealport-portal-audit",
    maxConnections: AUDIT_CONNECTIONS,
  });
  const idempotencyKey = await openInstanceSecret(keystore, env.KEY_DIR);
  const counters = await openSharedCounters(env, (code) =>
    logger.warn({ code }, "the connection to the rate limiter's Redis failed"),
  );
  return { logger, db, auditPool, limitPool: openLimitPool(server), counters, keystore, idempotencyKey };
}

function openScanner(env: PortalEnv): Scanner | undefined {
  const address = scannerAddress(env);
  return address === undefined ? undefined : clamdScanner(address);
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

/** What a portal does without being asked. */
function keepGoing(runtime: Runtime, env: PortalEnv): void {
  keepEpoch(runtime);
  keepAccess(runtime);
  keepSessions(runtime);
  keepErasures(runtime);
  watchErasures(env.DATABASE_URL, "sealport-portal-erasures", runtime.audit.compartments);
  keepExports(runtime, env.EXPORT_KEEP_DAYS);
  keepVerifications(runtime);
  keepRotations(runtime, env.KEY_ROTATION_DAYS);
  keepScans(runtime);
  keepEscrow(runtime);
  keepResident(runtime);
  keepNotifications(runtime);
  keepTransparency(runtime);
  keepMetrics(runtime, env.METRICS_URL);
}

async function build(env: PortalEnv, foundation: Foundation): Promise<Runtime> {
  const { logger, db, keystore, idempotencyKey, auditPool } = foundation;
  const instance = instanceFacts(env, await tenantPseudonym(env, foundation));
  const receiptKey = receiptKeyOf(keystore);
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
    audit: createAuditRecorder({ pool: auditPool, keystore, instance, receiptKey, logger }),
    logger,
    limits: limitsOf(env, foundation),
    failures: createAnonymousFailures(logger),
    idempotencyKey,
    apiKeySecret: deriveApiKeySecret(idempotencyKey),
    sessionSecret: deriveSessionSecret(idempotencyKey),
    site: siteOf(env),
    demoFile: env.DEMO_FILE,
    live: openLiveHub(env.DATABASE_URL, { db, instance, logger, clock: systemClock }),
    uploads: new UploadSlots(),
    scanner: openScanner(env),
    mailer: mailerOf(env),
  };
  keepGoing(runtime, env);
  return runtime;
}

// Route handlers, pages and instrumentation each get their own instance of this module in one process
// (environment.md "Next traps"), so the one runtime hangs on globalThis under a registered symbol.
const SLOT = Symbol.for("sealport.runtime");

interface Slot {
  foundation?: Promise<Foundation>;
  runtime?: Promise<Runtime>;
}

function isSlot(value: unknown): value is Slot {
  return typeof value === "object" && value !== null;
}

function slot(): Slot {
  const known: unknown = Reflect.get(globalThis, SLOT);
  if (isSlot(known)) return known;
  const made: Slot = {};
  Reflect.set(globalThis, SLOT, made);
  return made;
}

/**
 * The portal's runtime. A failed construction is not kept: while the database is away every call answers 503,
 * and the first one after its return builds the runtime.
 */
export function getRuntime(): Promise<Runtime> {
  const held = slot();
  if (held.runtime !== undefined) return held.runtime;
  const env = portalEnv();
  held.foundation ??= lay(env);
  const made = held.foundation.then((foundation) => build(env, foundation));
  held.runtime = made;
  const foundation = held.foundation;
  foundation.catch(() => {
    if (held.foundation === foundation) delete held.foundation;
  });
  made.catch(() => {
    if (held.runtime === made) delete held.runtime;
  });
  return made;
}

/** Gives tests and scripts their own runtime in place of the environment's. */
export function useRuntime(runtime: Runtime): void {
  slot().runtime = Promise.resolve(runtime);
}
