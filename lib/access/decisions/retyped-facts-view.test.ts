import { expect, test } from "vitest";
import { retypedFactsView } from "@/lib/access/decisions/retyped-facts-view";

const READING = { issuer: "I", case_number: "1", valid_from: "2026-11-24", valid_until: "2026-12-24" };
const PEOPLE = new Map([
  ["a", { name: "Lena" }],
  ["b", { name: "Jonas" }],
]);
const read = (
  approverUserId: string,
  stage: "legal" | "coordinator",
  decision: "approve" | "deny" = "approve",
) => ({
  approverUserId,
  stage,
  decision,
  confirms: READING,
  at: new Date("2026-11-24T14:00:00Z"),
});

test("the second approver sees no retyped facts before they have typed their own", () => {
  expect(retypedFactsView([read("a", "legal")], "b", PEOPLE)).toEqual([]);
});

test("a reviewer who has denied or asked does not see the retyped facts of the other", () => {
  expect(retypedFactsView([read("a", "legal"), read("b", "coordinator", "deny")], "b", PEOPLE)).toEqual([]);
});

test("both approvers see the retyped facts of both once both have approved, and no other person does", () => {
  const both = [read("a", "legal"), read("b", "coordinator")];
  for (const viewer of ["a", "b"])
    expect(retypedFactsView(both, viewer, PEOPLE)).toMatchObject([
      { by: "Lena", stage: "legal", confirms: READING },
      { by: "Jonas", stage: "coordinator", confirms: READING },
    ]);
  expect(retypedFactsView(both, "c", PEOPLE)).toEqual([]);
});
