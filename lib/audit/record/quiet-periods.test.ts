import { expect, it } from "vitest";
import { createQuietPeriods } from "@/lib/audit/record/quiet-periods";

const MINUTE = 60_000;

/** Quiet periods with a clock, and a question whether an act of a key runs. */
function periods() {
  const clock = { now: 60 * MINUTE };
  const onceWithin = createQuietPeriods(() => clock.now);
  const runs = async (key: string): Promise<boolean> => {
    let has = false;
    await onceWithin(key, MINUTE, async () => {
      has = true;
    });
    return has;
  };
  return { clock, onceWithin, runs };
}

it("runs one act of a key in its time, and each key has its own", async () => {
  const { clock, runs } = periods();
  expect([await runs("a"), await runs("a"), await runs("b")]).toEqual([true, false, true]);
  clock.now += MINUTE - 1;
  expect(await runs("a")).toBe(false);
  clock.now += 1;
  expect(await runs("a")).toBe(true);
});

it("leaves none out after the clock was set back", async () => {
  const { clock, runs } = periods();
  expect(await runs("a")).toBe(true);
  clock.now = 0;
  expect([await runs("a"), await runs("a")]).toEqual([true, false]);
});

it("runs again after an act that failed, and a second caller waits for the act that runs", async () => {
  const { onceWithin, runs } = periods();
  const down = onceWithin("a", MINUTE, async () => Promise.reject(new Error("down")));
  await expect(onceWithin("a", MINUTE, async () => undefined)).rejects.toThrow("down");
  await expect(down).rejects.toThrow("down");
  expect([await runs("a"), await runs("a")]).toEqual([true, false]);
});

it("remembers 10,000 keys, and forgets the oldest first", async () => {
  const { runs } = periods();
  for (let key = 0; key <= 10_000; key += 1) await runs(String(key));
  expect([await runs("10000"), await runs("0")]).toEqual([false, true]);
});
