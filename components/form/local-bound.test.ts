import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOfTyped, typedOfInstant } from "./local-bound";

const before = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "Europe/Berlin";
});
afterAll(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

describe("a bound of a date filter", () => {
  test.each([
    ["2026-12-01", false, "2026-11-30T23:00:00.000Z"],
    ["2026-12-01", true, "2026-12-01T23:00:00.000Z"],
    // The clocks change on this day: it has 25 hours.
    ["2026-10-25", true, "2026-10-25T23:00:00.000Z"],
    ["2026-10-25", false, "2026-10-24T22:00:00.000Z"],
    ["2026-07-01T10:30", false, "2026-07-01T08:30:00.000Z"],
    ["2026-12-01T10:30:15", true, "2026-12-01T09:30:15.000Z"],
    ["yesterday", false, "yesterday"],
    ["2026-13-01", false, "2026-13-01"],
    ["", true, ""],
  ])("typed as %j (end: %j) in Berlin means %j", (typed, isEnd, instant) => {
    expect(instantOfTyped(typed, isEnd)).toBe(instant);
  });

  test.each([
    ["2026-11-30T23:00:00.000Z", "day", false, "2026-12-01"],
    ["2026-12-01T23:00:00.000Z", "day", true, "2026-12-01"],
    ["2026-07-01T08:30:00.000Z", "time", false, "2026-07-01T10:30:00"],
    ["yesterday", "day", true, "yesterday"],
    ["", "day", false, ""],
  ] as const)("%j as a %s (end: %j) is shown as %j in Berlin", (instant, form, isEnd, typed) => {
    expect(typedOfInstant(instant, form, isEnd, false)).toBe(typed);
  });

  test("is shown in UTC where no script knows the reader's zone", () => {
    expect(typedOfInstant("2026-12-01T00:00:00Z", "day", false, true)).toBe("2026-12-01");
    expect(typedOfInstant("2026-12-02T00:00:00Z", "day", true, true)).toBe("2026-12-01");
    expect(typedOfInstant("2026-12-01T10:30:15Z", "time", false, true)).toBe("2026-12-01T10:30:15");
  });
});
