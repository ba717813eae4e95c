import { expect, test } from "vitest";
import { dutyKeysBeside } from "@/components/layout/role-words";

test("a duty is named beside the role, unless it is called as the role is", () => {
  expect(dutyKeysBeside("coordinator", ["approve", "legal"])).toEqual(["approve", "legal"]);
  expect(dutyKeysBeside("admin", ["admin"])).toEqual([]);
  expect(dutyKeysBeside("admin", ["admin", "recovery"])).toEqual(["recovery"]);
});
