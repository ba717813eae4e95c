import { describe, expect, it } from "vitest";
import { squaresOf } from "./square-rows";
import { topOf } from "./stacked-days";

describe("the scale of stacked days", () => {
  it("ends in a round number that is at least as large as the largest day", () => {
    expect([1, 4, 5, 42, 48, 99, 101, 908].map(topOf)).toEqual([4, 4, 5, 50, 50, 100, 200, 1_000]);
  });
});

describe("squares", () => {
  it("are one for each where they are few", () => {
    expect(squaresOf({ fresh: 2, middle: 1, old: 0, late: 1 }).map(({ look }) => look)).toEqual([
      "fresh",
      "fresh",
      "middle",
      "late",
    ]);
  });

  it("become bars of the same whole length where they are many, and none is too narrow to see", () => {
    const bars = squaresOf({ fresh: 9_000, middle: 0, old: 1, late: 999 });
    expect(bars.map(({ look }) => look)).toEqual(["fresh", "old", "late"]);
    expect(Math.min(...bars.map(({ width }) => width))).toBeGreaterThanOrEqual(3);
  });
});
