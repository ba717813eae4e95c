import { expect, test } from "vitest";
import { ACTIONS } from "@/lib/audit/labels";
import { nearestNames } from "./nearest-names";

test.each([
  ["transaction.creat", "transaction.create"],
  ["Transaction.Create", "transaction.create"],
  ["audit.exprot", "audit.export"],
  ["rate_limit", "identity.rate_limit"],
  ["step-up", "session.step_up"],
])("a slip in an action leads back to it: %s", (asked, meant) => {
  expect(nearestNames(asked, ACTIONS)[0]).toBe(meant);
});

test("returns at most the requested number of names, each once, and always the same", () => {
  const found = nearestNames("nothing.such", ACTIONS);
  expect(new Set(found).size).toBe(3);
  expect(nearestNames("nothing.such", [...ACTIONS].reverse())).toEqual(found);
  expect(nearestNames("x", ["b", "a"], 1)).toEqual(["a"]);
});
