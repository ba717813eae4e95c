import { expect, it } from "vitest";
import { firstPageOf } from "./invitation-calls";

it("a party without a duty begins at home, and people whom the roster needs at their account", () => {
  expect(firstPageOf({ role: "client", duties: [] })).toBe("/");
  expect(firstPageOf({ role: "miner", duties: [] })).toBe("/");
  expect(firstPageOf({ role: "client", duties: ["support"] })).toBe("/account/security");
  expect(firstPageOf({ role: "coordinator", duties: ["legal"] })).toBe("/account/security");
  expect(firstPageOf({ role: "regulator", duties: [] })).toBe("/account/security");
});
