import "server-only";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Readiness } from "@/lib/api-client/operations/system";
import { ageOf, backupAlarms, readBackupState } from "@/lib/backup/record/backup-state";
import { StartError } from "@/lib/db/embedded/start-error";
import { mapDatabaseError } from "@/lib/db/errors";
import { inSnapshot } from "@/lib/db/transaction";
import { portalEnv } from "@/lib/env";
import { witnessPolicy } from "@/lib/env/anchors";
import { countingStore } from "@/lib/env/counters";
import { freshPerTenant, perTenant } from "@/lib/env/served-tenant";
import { DomainError } from "@/lib/errors";
import {
  alarmsOf,
  type Health,
  type HealthPart,
  isDeciding,
  keystoreParts,
  policyParts,
  refusalOf,
  witnessing,
  workerState,
} from "@/lib/http/health/judge-health";
import { type Probed, probeServices } from "@/lib/http/health/probe-services";
import { readStoredHealth, type StoredHealth } from "@/lib/http/health/store";
import type { Keystore } from "@/lib/keystore/keystore";
import { getRuntime, type Runtime } from "@/lib/runtime/slot";
import { createLogger } from "@/lib/telemetry/logger";

export type { Health } from "@/lib/http/health/judge-health";

const FRESH_MS = 1_000;

async function expectedMigrations(): Promise<string[]> {
  const entries = await readdir(path.join(process.cwd(), "prisma", "migrations"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function areCurrent(applied: readonly string[]): Promise<boolean> {
  return (await expectedMigrations()).every((name) => applied.includes(name));
}

/** Returns the newest time stamp, also when no time stamp authority is configured any more. */
function stampOf({ stampedAt, stampedSize }: StoredHealth, isStamping: boolean): Health["log"]["time_stamp"] {
  if (stampedAt !== undefined && stampedSize !== undefined)
    return { at: stampedAt.toISOString(), size: stampedSize };
  return isStamping ? null : undefined;
}

/** Returns the part for the server that counts calls, where one is set in addition to the database. */
async function counterParts({ limits }: Runtime): Promise<HealthPart[]> {
  if (limits.store === "postgresql") return [];
  return [{ name: limits.store, state: (await limits.isUp()) === true ? "up" : "down" }];
}

/** What the instance may say of itself: a demonstration is an evaluation, all others are in set-up until they are ready. */
async function assuranceNow({
  instance,
  readiness,
}: Runtime): Promise<Pick<Health, "assurance" | "missing">> {
  const isDemonstration = instance.demonstration === true || readiness === undefined;
  if (instance.evaluation && isDemonstration) return { assurance: "evaluation", missing: 0 };
  const missing = (await readiness?.countMissing()) ?? 0;
  return { assurance: missing > 0 ? "setup" : "separate", missing };
}

async function withDatabase(runtime: Runtime, services: Probed): Promise<Health> {
  const env = portalEnv();
  const policy = witnessPolicy(env);
  const counting = await counterParts(runtime);
  const stored = await inSnapshot(runtime, (tx) => readStoredHealth(tx, runtime.instance.log, policy));
  const backups = await inSnapshot(runtime, (tx) => readBackupState(tx, runtime.instance.tenantId));
  const refused = refusalOf(services.signer, stored.logSize);
  const policies = await runtime.policies.check();
  const reported = { refused, policies, custodian: services.custodian };
  const nowMs = runtime.clock.nowMs();
  const parts: HealthPart[] = [
    { name: "portal", state: "up" },
    { name: "database", state: "up" },
    { name: "worker", state: workerState(stored.workerSeenAt, nowMs) },
    ...keystoreParts(runtime.keystore.serviceState()),
    ...policyParts(policies),
    ...services.parts,
    ...counting,
  ];
  return {
    database: true,
    migrations: await areCurrent(stored.migrations),
    parts,
    log: {
      origin: runtime.instance.log,
      size: stored.logSize,
      last_checkpoint_at: stored.checkpointAt?.toISOString() ?? null,
      ...witnessing(stored.witnesses, policy),
      time_stamp: stampOf(stored, env.TSA_URL !== undefined),
      merge_delay: stored.mergeDelay ?? null,
      declared_losses: stored.declaredLosses,
      refused,
    },
    alarms: [
      ...alarmsOf(stored, parts, nowMs, { ...reported, isStamping: env.TSA_URL !== undefined }),
      ...backupAlarms(
        backups,
        { everyHours: env.BACKUP_EVERY_HOURS, since: stored.firstCheckpointAt },
        nowMs,
      ),
    ],
    age: { backup: ageOf(backups.backup, nowMs), drill: ageOf(backups.drill, nowMs) },
    ...(await assuranceNow(runtime)),
    counter: runtime.limits.store,
  };
}

/** A portal without its keys has not asked the database yet, and reports nothing about it. */
function partsWithout(cause: unknown, keystore: Keystore | undefined): HealthPart[] {
  if (cause instanceof DomainError && cause.code === "service.keystore-unavailable")
    return keystoreParts("down");
  return [
    { name: "database", state: "down" },
    { name: "worker", state: "down" },
    ...keystoreParts(keystore?.serviceState()),
  ];
}

function withoutDatabase(
  services: readonly HealthPart[],
  cause: unknown,
  keystore: Keystore | undefined,
): Health {
  const env = portalEnv();
  const parts: HealthPart[] = [
    { name: "portal", state: "up" },
    ...partsWithout(cause, keystore),
    ...services,
  ];
  return {
    database: false,
    migrations: false,
    parts,
    log: {
      origin: env.LOG_ORIGIN,
      size: 0,
      last_checkpoint_at: null,
      witness: "none",
      witnessed: "unwitnessed",
      time_stamp: env.TSA_URL === undefined ? undefined : null,
      merge_delay: null,
      declared_losses: 0,
      refused: null,
    },
    alarms: parts.filter((part) => part.state !== "up").map((part) => `${part.name}-${part.state}`),
    assurance: env.SEALPORT_EVALUATION ? "evaluation" : "setup",
    missing: 0,
    age: { backup: null, drill: null },
    counter: countingStore(env),
  };
}

const raisedOfTenant = perTenant(() => new Set<string>());

/** An alarm is an error line in the log when it is first seen, and a field of the status while it lasts. */
function raise(runtime: Runtime, health: Health): void {
  const raised = raisedOfTenant();
  for (const alarm of health.alarms) if (!raised.has(alarm)) runtime.logger.error({ alarm }, "alarm");
  raised.clear();
  for (const alarm of health.alarms) raised.add(alarm);
}

async function look(): Promise<Health> {
  // The signer is asked first: it signs what the database holds, so a database read later cannot be behind it.
  const services = await probeServices();
  let runtime: Runtime | undefined;
  try {
    runtime = await getRuntime();
    const health = await withDatabase(runtime, services);
    raise(runtime, health);
    return health;
  } catch (err) {
    const logger = runtime?.logger ?? createLogger("portal", portalEnv().LOG_LEVEL);
    const reason = err instanceof StartError ? { reason: err.message } : {};
    logger.error({ err, ...reason }, "the state of the instance could not be read");
    return withoutDatabase(services.parts, err, runtime?.keystore);
  }
}

/** State of this instance, at most a second old: pages that poll must not load what they watch. */
export const readHealth = freshPerTenant(FRESH_MS, look);

/** Whether all parts run as one user, for an evaluation; known also while the database is away. */
export function isEvaluation(): boolean {
  return portalEnv().SEALPORT_EVALUATION;
}

/**
 * Returns how many parts are missing that real data needs; 0 on a demonstration, when they are ready, and while the
 * database is away: every page is that much as it is then.
 */
export async function countMissingParts(): Promise<number> {
  if (portalEnv().DEMO_FILE !== undefined) return 0;
  try {
    return (await assuranceNow(await getRuntime())).missing;
  } catch (error) {
    if (mapDatabaseError(error) instanceof DomainError) return 0;
    throw error;
  }
}

/** Returns whether database, migrations and the policies in force are ready. Other parts are named and do not count. */
export async function readReadiness(): Promise<z.infer<typeof Readiness>> {
  const health = await readHealth();
  const degraded = health.parts.filter((part) => part.name !== "database" && part.state !== "up");
  return {
    ready: health.database && health.migrations && isDeciding(health),
    database: health.database,
    migrations: health.migrations,
    policies: health.database && isDeciding(health),
    call_counter: health.counter,
    degraded: degraded.map((part) => part.name),
    backup_age_s: health.age.backup,
    drill_age_s: health.age.drill,
  };
}
