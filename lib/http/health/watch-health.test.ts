import { expect, it } from "vitest";
import { judgeLasting } from "@/lib/http/health/watch-health";

const MINUTE = 60_000;

it("a part that is down becomes an alert after a minute, and not just before", () => {
  const first = judgeLasting(new Map(), ["worker-down"], 0);
  expect(first.alerts).toEqual([]);
  expect(judgeLasting(first.lasting, ["worker-down"], MINUTE - 1).alerts).toEqual([]);
  expect(judgeLasting(first.lasting, ["worker-down"], MINUTE).alerts).toEqual(["worker-down"]);
});

it("an alarm that ended in between begins again", () => {
  const first = judgeLasting(new Map(), ["worker-down"], 0);
  const quiet = judgeLasting(first.lasting, [], 30_000);
  expect(quiet.lasting.size).toBe(0);
  expect(judgeLasting(quiet.lasting, ["worker-down"], MINUTE).alerts).toEqual([]);
});

it("a log that does not verify is an alert at once", () => {
  const alarms = ["log-verification-wrong", "signer-refuses-fork", "policies-altered", "checkpoint-late"];
  expect(judgeLasting(new Map(), alarms, 0).alerts).toEqual(alarms.slice(0, 3));
});
