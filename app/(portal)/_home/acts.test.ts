import { expect, test } from "vitest";
import { ACTS, actOf } from "@/app/(portal)/_home/acts";
import { CATALOGUES } from "@/components/messages/catalogue";
import { ACTION_KEYS } from "@/lib/audit/labels";

/** Returns whether the home page leaves an action out: reads, sessions and acts of the log itself, except exports. */
function isLeftOut(action: string): boolean {
  if (action === "audit.export") return false;
  return /^(audit|session|system|log)\.|\.read$/.test(action) || action === "access.logs";
}

test("every act on a person's home page has a message", () => {
  const listed = Object.entries(ACTION_KEYS).flatMap(([action, key]) => (isLeftOut(action) ? [] : [key]));
  expect([...ACTS].sort()).toEqual(listed.sort());
  expect(Object.keys(CATALOGUES.en.home.acts).sort()).toEqual([...ACTS].sort());
});

test("an action is found by its name in the log", () => {
  expect(actOf("request.prepare-statement")).toBe("request_prepare_statement");
  expect(actOf("audit.read")).toBeUndefined();
});
