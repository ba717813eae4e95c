import { expect, test } from "vitest";
import { extraDutyKeys } from "@/components/layout/role-words";

test("a duty is shown with the role, unless both have the same name", () => {
  expect(extraDutyKeys("coordinator", ["approve", "legal"])).toEqual(["approve", "legal"]);
  expect(extraDutyKeys("admin", ["admin"])).toEqual([]);
  expect(extraDutyKeys("admin", ["admin", "recovery"])).toEqual(["recovery"]);
});
