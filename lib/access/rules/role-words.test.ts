import { expect, test } from "vitest";
import { CODE_KEYS } from "@/components/messages/problem-keys";
import { ROLE_KEYS } from "@/components/messages/problem-roles";
import { reason } from "@/lib/access/rules/reason";
import { refusalOf } from "@/lib/access/rules/refusal";
import { audienceOf, wordedReasons } from "@/lib/access/rules/role-words";

const hours = reason("default.hours", "access.outside-hours", "Outside the office hours.");

test.each([
  ["client", [], "participant"],
  ["miner", [], "participant"],
  ["auditor", [], "auditor"],
  ["regulator", [], "regulator"],
  ["coordinator", ["support"], "support"],
  ["coordinator", ["legal", "support"], "reviewer"],
  ["coordinator", ["executive"], undefined],
] as const)("%s with %j reads the texts of %s", (role, duties, audience) => {
  expect(audienceOf({ role, duties })).toBe(audience);
});

test("an auditor and a regulator get different texts for the same rule, after the rule's sentence", () => {
  const seen = (role: "auditor" | "regulator" | "coordinator") =>
    refusalOf([hours], { reader: { role, duties: [] } });
  expect(seen("auditor").detail).toMatch(/^Outside the office hours\. Auditors can open/);
  expect(seen("regulator").detail).toContain("hours_override");
  expect(seen("auditor").detail).not.toContain("hours_override");
  expect(seen("auditor").extra).toMatchObject({ audience: "auditor", reason: "default.hours" });
  expect(seen("coordinator").detail).toBe("Outside the office hours.");
  expect(seen("coordinator").extra).not.toHaveProperty("audience");
});

test("the texts for an ended grant and used views name the result", () => {
  const seen = (id: string) =>
    refusalOf([reason(id, "access.no-grant", "Not in force.")], {
      reader: { role: "regulator", duties: [] },
    });
  for (const id of ["floor.grant-state", "floor.grant-transaction"])
    expect(seen(id).detail).toBe("Not in force. File an access request with your legal authority.");
  expect(seen("floor.views").extra).toMatchObject({ audience: "regulator", reason: "floor.views" });
});

test("every role gets the same answer, without role texts, about what it may not know of", () => {
  const hidden = reason("floor.request-of-another", "request-file.not-found", "There is nothing here.");
  const answers = (["client", "auditor", "regulator", "coordinator"] as const).map((role) => {
    const { code, detail, extra } = refusalOf([hidden], { reader: { role, duties: ["support"] } });
    return JSON.stringify({ code, detail, extra });
  });
  expect(new Set(answers).size).toBe(1);
});

test("the pages have texts for the same readers as the answers", () => {
  const codes = {
    "default.hours": "access.outside-hours",
    "default.retention": "access.outside-retention",
    "floor.no-grant": "access.no-grant",
    "default.groups": "access.groups",
    "default.level": "access.level",
    "default.views": "access.views-exhausted",
  } as const;
  const expected = wordedReasons().flatMap(([id, audiences]) => {
    const code = Object.entries(codes).find(([known]) => known === id)?.[1] ?? "access.forbidden";
    return audiences.map((audience) => `${CODE_KEYS[code]}.${audience}`);
  });
  expect([...ROLE_KEYS].sort()).toEqual(expected.sort());
});
