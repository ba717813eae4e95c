import "server-only";
import { z } from "zod";
import { inSnapshot } from "@/lib/db/transaction";
import { portalEnv } from "@/lib/env";
import { witnessPolicy } from "@/lib/env/anchors";
import type { Health } from "@/lib/http/health/judge-health";
import { readQueues, readStoredFigures, type StoredFigures } from "@/lib/http/health/queue-store";
import { readHealth } from "@/lib/http/health/read-health";
import { readStoredHealth, type StoredHealth } from "@/lib/http/health/store";
import { getRuntime } from "@/lib/runtime/slot";
import { LASTING_ALARMS } from "@/lib/telemetry/metrics/alarm-names";
import { collectWith, type Figure } from "@/lib/telemetry/metrics/registry";

const Marks = z.array(z.object({ kind: z.enum(["own", "independent"]) }));

/** Returns what the health of the instance is: parts and alarms, also while the database is away. */
export function healthFigures({ database, parts, alarms }: Health): Figure[] {
  return [
    ["sealport_database_up", database ? 1 : 0],
    ...parts.map(({ name, state }) => ["sealport_part_up", state === "up" ? 1 : 0, name] as const),
    ...Object.keys(LASTING_ALARMS).map(
      (name) => ["sealport_alarm", alarms.includes(name) ? 1 : 0, name] as const,
    ),
  ];
}

/** A figure that is left out while its time is unknown. */
function age(name: Figure[0], at: Date | undefined, nowMs: number): Figure[] {
  return at === undefined ? [] : [[name, Math.max(0, (nowMs - at.getTime()) / 1_000)]];
}

function markFigures(stored: StoredHealth): Figure[] {
  const marks = Marks.safeParse(stored.witnesses).data ?? [];
  return (["own", "independent"] as const).map((kind) => [
    "sealport_checkpoint_cosignatures",
    marks.filter((mark) => mark.kind === kind).length,
    kind,
  ]);
}

function delayFigures({ mergeDelay }: StoredHealth): Figure[] {
  if (mergeDelay === undefined) return [];
  const { p50, p99, max } = mergeDelay;
  return Object.entries({ "0.5": p50, "0.99": p99, max }).map(([quantile, ms]) => [
    "sealport_merge_delay_seconds",
    ms / 1_000,
    quantile,
  ]);
}

/** Returns the state of the log, by the clock of the database that wrote it. */
export function logFigures(stored: StoredHealth, nowMs: number): Figure[] {
  const since = stored.waitingSince ?? new Date(nowMs);
  const isWrong = stored.isFoundWrong && stored.declaredLosses === 0;
  return [
    ["sealport_log_entries", stored.logSize],
    ["sealport_log_unsigned_entries", Math.max(0, stored.logSize - stored.checkpointSize)],
    ...age("sealport_integration_lag_seconds", since, nowMs),
    ...age("sealport_checkpoint_age_seconds", stored.checkpointAt, nowMs),
    ...age("sealport_checkpoint_unwitnessed_seconds", stored.belowPolicySince ?? new Date(nowMs), nowMs),
    ...age("sealport_time_stamp_age_seconds", stored.stampedAt, nowMs),
    ...markFigures(stored),
    ...delayFigures(stored),
    ["sealport_quarantined_entries", stored.quarantined],
    ["sealport_open_intents", stored.openIntents],
    ["sealport_late_erasures", stored.lateErasures],
    ["sealport_ends_not_at_custodian", stored.endsNotAtCustodian],
    ["sealport_verification_findings", isWrong ? 1 : 0],
  ];
}

function keyFigures(figures: StoredFigures): Figure[] {
  return [
    ["sealport_rotations", figures.rotationsAsked, "asked"],
    ["sealport_rotations", figures.rotationsRunning, "running"],
    ["sealport_rotation_items", figures.rewrapped, "rewrapped"],
    ["sealport_rotation_items", figures.remaining, "remaining"],
    ["sealport_grants_active", figures.grantsActive],
    ["sealport_grants_near_cap", figures.grantsNearCap],
    ...age("sealport_verification_age_seconds", figures.verifiedAt, figures.now.getTime()),
  ];
}

/** Reads the figures that are in the database, in one snapshot. */
async function databaseFigures(): Promise<Figure[]> {
  const runtime = await getRuntime();
  const policy = witnessPolicy(portalEnv());
  return inSnapshot(runtime, async (tx) => {
    const stored = await readStoredHealth(tx, runtime.instance.log, policy);
    const queues = await readQueues(tx);
    const figures = await readStoredFigures(tx);
    const skewMs = runtime.clock.nowMs() - figures.now.getTime();
    return [
      ...logFigures(stored, figures.now.getTime()),
      ...keyFigures(figures),
      ["sealport_clock_skew_seconds", skewMs / 1_000] as const,
      ...queues.flatMap(({ queue, depth, ageSeconds, failed }): Figure[] => [
        ["sealport_queue_depth", depth, queue],
        ["sealport_queue_age_seconds", ageSeconds, queue],
        ["sealport_queue_failed", failed, queue],
      ]),
    ];
  });
}

/** Adds the state of the instance to this portal's metrics. It is read when someone asks for them. */
export function watchInstance(): void {
  collectWith("health", async () => healthFigures(await readHealth()));
  collectWith("database", databaseFigures);
}
