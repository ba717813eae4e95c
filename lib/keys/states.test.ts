import { describe, expect, test } from "vitest";
import { KEY_TRANSITIONS, KEY_USES, KeyState, mayBecome } from "@/lib/keys/states";

/** crypto.md "Keys", retyped, so that the table and the page can only change together. */
const ALLOWED = new Set([
  "pre_active → active",
  "pre_active → destroyed",
  "active → suspended",
  "suspended → active",
  "active → deactivated",
  "active → compromised",
  "suspended → deactivated",
  "suspended → compromised",
  "deactivated → compromised",
  "deactivated → destroyed",
  "compromised → destroyed",
]);

describe("every pair of states", () => {
  const pairs = KeyState.options.flatMap((from) => KeyState.options.map((to) => [from, to] as const));
  test.each(pairs)("%s → %s is allowed exactly when the page says so", (from, to) => {
    expect(mayBecome(from, to)).toBe(ALLOWED.has(`${from} → ${to}`));
  });
});

test("a destroyed key never comes back, and every other state can end there", () => {
  expect(KEY_TRANSITIONS.destroyed).toEqual([]);
  const reachesEnd = (state: KeyState, seen: readonly KeyState[] = []): boolean =>
    state === "destroyed" ||
    KEY_TRANSITIONS[state].some((next) => !seen.includes(next) && reachesEnd(next, [...seen, state]));
  expect(KeyState.options.every((state) => reachesEnd(state))).toBe(true);
});

test.each<[KeyState, { wrap: boolean; open: boolean; rewrap: boolean }]>([
  ["pre_active", { wrap: false, open: false, rewrap: false }],
  ["active", { wrap: true, open: true, rewrap: true }],
  ["suspended", { wrap: false, open: false, rewrap: false }],
  ["deactivated", { wrap: false, open: true, rewrap: true }],
  ["compromised", { wrap: false, open: false, rewrap: true }],
  ["destroyed", { wrap: false, open: false, rewrap: false }],
])("a key that is %s may be used as its state says", (state, uses) => {
  expect(KEY_USES[state]).toMatchObject(uses);
  expect(KEY_USES[state].needsDualControl).toBe(state === "compromised");
});
