import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { readBackupState } from "@/lib/backup/record/backup-state";
import { inSnapshot } from "@/lib/db/transaction";
import { backupFigures, healthFigures, logFigures } from "@/lib/http/health/instance-figures";
import { alarmsOf, type Health } from "@/lib/http/health/judge-health";
import { readQueues, readStoredFigures } from "@/lib/http/health/queue-store";
import { readStoredHealth } from "@/lib/http/health/store";
import { LASTING_ALARMS } from "@/lib/telemetry/metrics/alarm-names";
import type { Figure } from "@/lib/telemetry/metrics/registry";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

const figureOf = (figures: readonly Figure[], name: string, label?: string) =>
  figures.find(([one, , ...labels]) => one === name && (label === undefined || labels[0] === label))?.[1];

describe("figures of the instance", () => {
  it("show what waits for the sequencer, and how long it has waited by the database's clock", async () => {
    while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    const read = () =>
      inSnapshot(bench.cx, async (tx) => ({
        queues: await readQueues(tx),
        stored: await readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }),
        figures: await readStoredFigures(tx),
      }));
    const before = await read();
    expect(before.queues.map(({ queue }) => queue)).toEqual([
      ...["audit", "grants", "registrations", "deliveries", "exports", "policy-runs", "scans"],
      ...["rotations", "recoveries"],
    ]);
    expect(before.queues.find(({ queue }) => queue === "audit")).toMatchObject({ depth: 0, ageSeconds: 0 });
    await bench.person({ role: "client", hasKey: false });
    const after = await read();
    const audit = after.queues.find(({ queue }) => queue === "audit");
    expect(audit?.depth).toBeGreaterThan(0);
    const figures = logFigures(after.stored, after.figures.now.getTime() + 5_000);
    expect(figureOf(figures, "sealport_integration_lag_seconds")).toBeGreaterThanOrEqual(5);
    expect(figureOf(figures, "sealport_log_entries")).toBe(after.stored.logSize);
    expect(figureOf(figures, "sealport_checkpoint_cosignatures", "own")).toBe(0);
    expect(after.figures).toMatchObject({ rotationsRunning: 0, grantsActive: 0, remaining: 0 });
  });

  it("leave out the age of what does not exist yet", async () => {
    const stored = await inSnapshot(bench.cx, (tx) =>
      readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }),
    );
    const figures = logFigures({ ...stored, checkpointAt: undefined }, Date.now());
    for (const name of ["sealport_checkpoint_age_seconds", "sealport_time_stamp_age_seconds"])
      expect(figureOf(figures, name), name).toBeUndefined();
  });

  it("have the age of the last backup and drill, infinite before the first", async () => {
    const state = await inSnapshot(bench.cx, (tx) => readBackupState(tx, bench.place.tenantId));
    const nowMs = Date.now();
    expect(figureOf(backupFigures(state, nowMs), "sealport_backup_age_seconds")).toBe(
      Number.POSITIVE_INFINITY,
    );
    const made = { ...state, backup: { ...state.backup, at: new Date(nowMs - 5_000) } };
    expect(figureOf(backupFigures(made, nowMs), "sealport_backup_age_seconds")).toBe(5);
  });

  it("have every alarm as 0 or 1 by name, also while the database is away", () => {
    const health = { database: false, parts: [{ name: "signer", state: "down" }], alarms: ["signer-down"] };
    const figures = healthFigures(health as unknown as Health);
    expect(figureOf(figures, "sealport_alarm", "signer-down")).toBe(1);
    expect(figureOf(figures, "sealport_alarm", "worker-late")).toBe(0);
    expect(figureOf(figures, "sealport_part_up", "signer")).toBe(0);
    expect(figureOf(figures, "sealport_database_up")).toBe(0);
  });

  it("know every alarm that health can raise", async () => {
    const stored = await inSnapshot(bench.cx, (tx) =>
      readStoredHealth(tx, bench.place.log, { own: 0, independent: 0 }),
    );
    const old = new Date(0);
    const worst = {
      ...stored,
      ...{ logSize: 9, checkpointSize: 1, unsignedSince: old, belowPolicySince: old, firstCheckpointAt: old },
      ...{ waitingSince: old, quarantined: 1, openIntents: 1, endsNotAtCustodian: 1, lateErasures: 1 },
      mergeDelay: { p50: 1, p99: 1, max: 90_000, entries: 1 },
    };
    const parts: Health["parts"] = (["worker", "keystore"] as const).flatMap((name) =>
      (["late", "down"] as const).map((state) => ({ name, state })),
    );
    const downs: Health["parts"] = (
      ["database", "signer", "custodian", "witness", "policies", "redis", "upstash"] as const
    ).map((name) => ({ name, state: "down" }));
    const raised = [
      ...alarmsOf({ ...worst, isFoundWrong: true }, [...parts, ...downs], Date.now(), {
        isStamping: true,
        refused: "fork",
        policies: "altered",
        custodian: { backup_command: "failed" },
      }),
      ...alarmsOf({ ...worst, isUncompared: true, isFoundWrong: false }, [], Date.now(), {
        isStamping: false,
      }),
    ];
    expect(raised.length).toBeGreaterThan(20);
    expect(raised.filter((name) => LASTING_ALARMS[name] === undefined)).toEqual([]);
  });
});
