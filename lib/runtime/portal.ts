import "server-only";
import { clamdScanner } from "@/lib/access/documents/clamd";
import { readinessOf } from "@/lib/administration/readiness/count-missing";
import { scopesFor } from "@/lib/api-client/registry";
import { watchErasures } from "@/lib/audit/record/compartments";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { Flags } from "@/lib/context/flags";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { NoticeSource } from "@/lib/db/listen";
import { portalEnv } from "@/lib/env";
import { collectorOf } from "@/lib/env/collector";
import { scannerAddress } from "@/lib/env/scanner";
import { servedTenant } from "@/lib/env/served-tenant";
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
} from "@/lib/identity/instance-secret";
import { siteOf } from "@/lib/identity/sign-in/site";
import { watchKeystore } from "@/lib/keystore/key-metrics";
import { openLiveHub } from "@/lib/live/open-hub";
import { mailerOf } from "@/lib/notify/mail/mailer";
import { ActivePolicies, followPolicies } from "@/lib/policies/active-set";
import { beginPolicies } from "@/lib/policies/first-set";
import { type Limits, openLimits } from "@/lib/rate-limit/limits";
import { UploadSlots } from "@/lib/rate-limit/upload-slots";
import { type Foundation, openFoundation, type PortalEnv } from "@/lib/runtime/foundation";
import { runJobs } from "@/lib/runtime/jobs";
import { instanceFacts, receiptKeyOf, tenantPseudonym } from "@/lib/runtime/open-tenant";
import type { Runtime } from "@/lib/runtime/slot";
import { createLogger, type Logger } from "@/lib/telemetry/logger";

// The composition root: instrumentation.ts alone imports it. Pages and routes take the runtime from slot.ts, so that
// their bundles do not contain what makes it.

/** Returns the operator's servers that this portal uses: scanner, mail server and trace collector, if they are set. */
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

/**
 * Builds the runtime without its jobs, for programs that act once. After a failure call it again: the foundation is
 * kept, a failed foundation is not.
 */
export async function openRuntime(): Promise<Runtime> {
  const env = portalEnv();
  return build(env, await openFoundation(env));
}

/** Builds the portal's runtime and starts its jobs. Of the tenants in a process, only its own registers keystore metrics. */
export async function buildRuntime(): Promise<Runtime> {
  const env = portalEnv();
  const runtime = await openRuntime().catch((err: unknown) => {
    // The caller has no logger, because the build of the runtime failed.
    createLogger("portal", env.LOG_LEVEL).error({ err }, "the portal's runtime could not be built");
    throw err;
  });
  if (servedTenant() === undefined) watchKeystore(runtime.keystore, true);
  runJobs(runtime, { exportKeepDays: env.EXPORT_KEEP_DAYS, keyRotationDays: env.KEY_ROTATION_DAYS });
  return runtime;
}
