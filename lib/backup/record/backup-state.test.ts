import { expect, it } from "vitest";
import { ageOf, type BackupState, backupAlarms, isDrillDue } from "@/lib/backup/record/backup-state";

const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-11-29T12:00:00Z");
const ago = (hours: number): Date => new Date(NOW - hours * HOUR_MS);
const NONE = { at: undefined, facts: undefined, failedAt: undefined };

function alarms(
  backup: Partial<BackupState["backup"]>,
  drill: Partial<BackupState["drill"]> = {},
  everyHours?: number,
) {
  const state = { backup: { ...NONE, ...backup }, drill: { ...NONE, ...drill } };
  return backupAlarms(state, { everyHours, since: ago(100) }, NOW);
}

it("raises an alarm for a failure until a later success", () => {
  expect(alarms({ failedAt: ago(1) })).toEqual(["backup-failed"]);
  expect(alarms({ failedAt: ago(2), at: ago(1) })).toEqual([]);
  expect(alarms({ failedAt: ago(1), at: ago(2) }, { failedAt: ago(1), at: ago(3) })).toEqual([
    "backup-failed",
    "drill-failed",
  ]);
});

it("raises an alarm for a backup older than two periods, and for an instance that has none since its start", () => {
  expect(alarms({ at: ago(47) }, {}, 24)).toEqual([]);
  expect(alarms({ at: ago(49) }, {}, 24)).toEqual(["backup-late"]);
  expect(alarms({}, {}, 24)).toEqual(["backup-late"]);
  expect(alarms({}, {}, 72)).toEqual([]);
  expect(alarms({ at: ago(4_900) })).toEqual([]);
});

it("counts ages in seconds, and a drill for ninety days", () => {
  expect(ageOf({ at: ago(1) }, NOW)).toBe(3_600);
  expect(ageOf({ at: undefined }, NOW)).toBeNull();
  expect(isDrillDue({ drill: { at: ago(24 * 89) } }, NOW)).toBe(false);
  expect(isDrillDue({ drill: { at: ago(24 * 91) } }, NOW)).toBe(true);
  expect(isDrillDue({ drill: { at: undefined } }, NOW)).toBe(true);
});
