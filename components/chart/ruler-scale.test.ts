import { describe, expect, it } from "vitest";
import { lanesOf, placeOf, scaleOf, ticksOf, withWords, wordsAt } from "./ruler-scale";

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe("the scale of a ruler", () => {
  it("has room at both ends and puts instants in order", () => {
    const scale = scaleOf([day("2026-11-20"), day("2026-12-20")]);
    const [start, end] = [placeOf(scale, day("2026-11-20")), placeOf(scale, day("2026-12-20"))];
    expect(start).toBeGreaterThan(2);
    expect(end).toBeLessThan(98);
    expect(placeOf(scale, day("2026-12-05"))).toBeCloseTo(50);
  });

  it("places an instant outside the scale at the nearest end", () => {
    const scale = scaleOf([day("2026-11-20"), day("2026-12-20")]);
    expect([placeOf(scale, day("2020-01-01")), placeOf(scale, day("2030-01-01"))]).toEqual([0, 100]);
  });

  it("has at most seven ticks, each at the beginning of a day in UTC, for a day as for ten years", () => {
    for (const [from, to] of [
      ["2026-11-20", "2026-11-20"],
      ["2026-11-20", "2026-12-20"],
      ["2016-11-20", "2026-12-20"],
      ["2000-01-01", "2056-11-29"],
    ] as const) {
      const ticks = ticksOf(scaleOf([day(from), day(to)]));
      expect(ticks.length, `${from} to ${to}`).toBeGreaterThan(0);
      expect(ticks.length, `${from} to ${to}`).toBeLessThanOrEqual(8);
      expect(ticks.every((tick) => tick % 86_400_000 === 0)).toBe(true);
    }
  });
});

describe("bars of a ruler", () => {
  it("are in different lanes where they overlap and share one where they do not", () => {
    const spans = [
      { from: 0, to: 10 },
      { from: 5, to: 20 },
      { from: 10, to: 15 },
    ];
    expect(lanesOf(spans)).toEqual([0, 1, 0]);
  });

  it("take the room of the words next to them, so that words of one lane do not overlap", () => {
    const scale = { from: 0, to: 100 };
    const spans = [
      { from: 5, to: 15 },
      { from: 16, to: 25 },
      { from: 60, to: 100 },
    ];
    expect(lanesOf(spans.map((span) => withWords(span, scale)))).toEqual([0, 1, 0]);
  });

  it("have their words inside where they are wide, else on the side with more room", () => {
    expect([wordsAt(10, 60), wordsAt(10, 20), wordsAt(80, 90)]).toEqual(["inside", "after", "before"]);
  });
});
