import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { OPERATIONS } from "@/lib/api-client/registry";
import { Purpose } from "@/lib/vocabulary";
import { ACTION_KEYS, actionKey } from "./labels";

/** Calls without a person are in no log. */
const UNLOGGED = ["system.liveness", "system.openapi", "system.readiness"];

test("every call's action has its wording", () => {
  const actions = OPERATIONS.map(({ action }) => action).filter((action) => !UNLOGGED.includes(action));
  expect([...new Set(actions)].filter((action) => actionKey(action) === undefined)).toEqual([]);
});

test("every action has a label and a sentence, and no other action has", () => {
  const keys = Object.values(ACTION_KEYS).sort();
  const { labels, done } = CATALOGUES.en.actions;
  expect([Object.keys(labels).sort(), Object.keys(done).sort()]).toEqual([keys, keys]);
});

test("every purpose has its wording", () => {
  expect(Object.keys(CATALOGUES.en.domain.purposes)).toEqual(expect.arrayContaining(Purpose.options));
});

test("an unknown action has no key", () => {
  expect(actionKey("toString")).toBeUndefined();
});
