import { expect, it } from "vitest";
import { createQuietPeriods } from "@/lib/audit/record/quiet-periods";

const MINUTE = 60_000;

it("lets one read of a key through in its time, and each key has its own", () => {
  let now = 0;
  const isFirst = createQuietPeriods(() => now);
  expect([isFirst("a", MINUTE), isFirst("a", MINUTE), isFirst("b", MINUTE)]).toEqual([true, false, true]);
  now = MINUTE - 1;
  expect(isFirst("a", MINUTE)).toBe(false);
  now = MINUTE;
  expect(isFirst("a", MINUTE)).toBe(true);
});

it("leaves no read out after the clock was set back", () => {
  let now = 60 * MINUTE;
  const isFirst = createQuietPeriods(() => now);
  expect(isFirst("a", MINUTE)).toBe(true);
  now = 0;
  expect([isFirst("a", MINUTE), isFirst("a", MINUTE)]).toEqual([true, false]);
});

it("remembers 10,000 keys, and forgets the oldest first", () => {
  const isFirst = createQuietPeriods(() => 0);
  for (let key = 0; key <= 10_000; key += 1) isFirst(String(key), MINUTE);
  expect([isFirst("10000", MINUTE), isFirst("0", MINUTE)]).toEqual([false, true]);
});
