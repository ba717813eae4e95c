import { expect, it } from "vitest";
import { insured } from "@/lib/rate-limit/insured";
import { memoryRatelimit } from "@/lib/rate-limit/ratelimit";

const budget = { limit: 3, windowSeconds: 86_400, fails: "open" } as const;

it("asks a counter that failed again after a second, and limits by memory until then", async () => {
  let now = 0;
  let asked = 0;
  let isAway = true;
  let seen = 0;
  const shared = {
    limit: async () => {
      asked += 1;
      if (isAway) throw new Error("away");
      return { success: true, limit: 3, remaining: 2, reset: 0 };
    },
    giveBack: async () => {
      throw new Error("away");
    },
  };
  const limiter = insured(
    shared,
    memoryRatelimit("reads", budget),
    () => (seen += 1),
    () => now,
  );
  const draw = async () => (await limiter.limit("a")).success;
  expect([await draw(), await draw(), await draw(), await draw()]).toEqual([true, true, true, false]);
  expect([asked, seen]).toEqual([1, 1]);
  await limiter.giveBack("a");
  now = 999;
  isAway = false;
  expect([await draw(), asked]).toEqual([false, 1]);
  now = 1_000;
  expect([await draw(), asked, seen]).toEqual([true, 2, 1]);
});
