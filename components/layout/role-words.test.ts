import { expect, test } from "vitest";
import { dutyKeysBeside } from "@/components/layout/role-words";

test("a duty is shown with the role, unless both have the same name", () => {
  expect(dutyKeysBeside("coordinator", ["approve", "legal"])).toEqual(["approve", "legal"]);
  expect(dutyKeysBeside("admin", ["admin"])).toEqual([]);
  expect(dutyKeysBeside("admin", ["admin", "recovery"])).toEqual(["recovery"]);
});
