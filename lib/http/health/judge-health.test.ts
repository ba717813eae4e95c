import { describe, expect, it } from "vitest";
import type { Health, HealthPart } from "./judge-health";
import { isAuditing, isTakingCalls } from "./judge-health";

const log: Health["log"] = {
  origin: "log.test/a",
  size: 3,
  last_checkpoint_at: null,
  witness: "own",
  witnessed: "self-witnessed",
  time_stamp: undefined,
  merge_delay: null,
  declared_losses: 0,
  refused: null,
};

function health(parts: HealthPart[], changes: Partial<Health> = {}): Health {
  return {
    database: true,
    migrations: true,
    log,
    alarms: [],
    assurance: "separate",
    missing: 0,
    age: { backup: null, drill: null },
    counter: "postgresql",
    ...changes,
    parts: [{ name: "worker", state: "up" }, { name: "signer", state: "up" }, ...parts],
  };
}

describe("instance state", () => {
  it("calls are accepted only with a database, its migrations and an open keystore", () => {
    expect(isTakingCalls(health([]))).toBe(true);
    expect(isTakingCalls(health([{ name: "keystore", state: "late" }]))).toBe(true);
    expect(isTakingCalls(health([{ name: "keystore", state: "down" }]))).toBe(false);
    expect(isTakingCalls(health([], { migrations: false }))).toBe(false);
    expect(isTakingCalls(health([], { database: false }))).toBe(false);
  });

  it("entries reach signed checkpoints only while worker and signer run and the signer does not refuse", () => {
    expect(isAuditing(health([]))).toBe(true);
    expect(isAuditing(health([{ name: "worker", state: "late" }]))).toBe(true);
    expect(isAuditing(health([{ name: "worker", state: "down" }]))).toBe(false);
    expect(isAuditing(health([{ name: "signer", state: "down" }]))).toBe(false);
    expect(isAuditing(health([], { log: { ...log, refused: "fork" } }))).toBe(false);
    expect(isAuditing(health([], { database: false }))).toBe(false);
  });
});
