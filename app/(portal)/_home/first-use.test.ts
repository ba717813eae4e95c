import { expect, it } from "vitest";
import { guideOf, STEPS, stepsOf } from "@/app/(portal)/_home/first-use";
import { CATALOGUES } from "@/components/messages/catalogue";
import { PEOPLE } from "@/lib/seed/people";

it("every demonstration person has first steps that fit their role and duties, in both languages", () => {
  const guides = new Map(PEOPLE.map((person) => [person.handle, guideOf(person)]));
  expect(guides.get("regulator-001")).toBe("regulator");
  expect(guides.get("coordinator-001:legal")).toBe("coordinator");
  expect(guides.get("coordinator-001:support")).toBe("support");
  expect(guides.get("coordinator-001:privacy")).toBe("compliance");
  expect(guides.get("coordinator-001:executive")).toBe("executive");
  expect(guides.get("coordinator-001:break-glass")).toBe("emergency");
  expect(guides.get("coordinator-001:admin")).toBe("admin");
  expect(guides.get("miner-789")).toBe("participant");
  const [english, german] = [CATALOGUES.en.help.roles, CATALOGUES.de.help.roles];
  for (const [handle, guide] of guides) {
    if (guide === undefined) throw new TypeError(`${handle} has no first steps`);
    for (const step of STEPS)
      expect([english[guide][step], german[guide][step]], `${handle} ${step}`).toEqual([
        expect.stringMatching(/\.$/),
        expect.stringMatching(/\.$/),
      ]);
  }
});

it("first steps ask participants to register a key while they have none", () => {
  expect(stepsOf("participant", [{ kind: "key_missing" }])).toEqual(["1", "2", "3"]);
  expect(stepsOf("participant", [])).toEqual(["2", "3"]);
  expect(stepsOf("regulator", [])).toEqual(["1", "2", "3"]);
});
