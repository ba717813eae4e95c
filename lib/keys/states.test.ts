import { describe, expect, test } from "vitest";
import { KEY_TRANSITIONS, KEY_USES, KeyState, mayBecome } from "@/lib/keys/states";

/** A copy of the transitions in crypto.md "Keys", so that the code and that page can only change together. */
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

describe("all pairs of states", () => {
  const pairs = KeyState.options.flatMap((from) => KeyState.options.map((to) => [from, to] as const));
  test.each(pairs)("%s → %s is allowed exactly if crypto.md allows it", (from, to) => {
    expect(mayBecome(from, to)).toBe(ALLOWED.has(`${from} → ${to}`));
  });
});

test("a destroyed key never changes state, and every other state can end in destroyed", () => {
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
])("a key that is %s may be used only as its state allows", (state, uses) => {
  expect(KEY_USES[state]).toMatchObject(uses);
  expect(KEY_USES[state].needsDualControl).toBe(state === "compromised");
});
