import { describe, expect, test } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { whatIf } from "./what-if";

const AUDITOR = { role: "auditor", purpose: "audit", grant: "request", authority: "court_order" };
const of = (change: object) => whatIf(ExampleFacts.parse({ ...AUDITOR, ...change }), defaultSet());

describe("what would have to change", () => {
  test("on a weekend is the day, or a reason for outside hours", () => {
    expect(of({ weekday: 7 })).toEqual(
      [
        { fact: "weekday", value: "1" },
        { fact: "office", value: "open" },
        { fact: "override", value: "yes" },
      ].filter(({ fact }) => fact !== "office"),
    );
  });

  test("before the office opens is the nearest minute of its hours", () => {
    expect(of({ minute: 480 })).toContainEqual({ fact: "time", value: "540" });
    expect(of({ minute: 480 }).filter(({ fact }) => fact === "time")).toHaveLength(1);
  });

  test("of parties under an audit mandate is the level, another field, or another legal authority", () => {
    const found = of({ authority: "audit_mandate", group: "parties" });
    expect(found).toContainEqual({ fact: "level", value: "masked" });
    expect(found).toContainEqual({ fact: "group", value: "amount" });
    expect(found).toContainEqual({ fact: "authority", value: "warrant" });
    expect(found).not.toContainEqual({ fact: "authority", value: "subpoena" });
  });

  test("of an old record is its age", () => {
    expect(of({ age_days: 3_000 })).toEqual([{ fact: "age", value: "1825" }]);
  });

  test("is nothing where two facts would have to change", () => {
    expect(of({ purpose: "settlement", grant: null, weekday: 7 })).toEqual([]);
  });

  test("of a request for another purpose is the purpose", () => {
    expect(of({ action: "request", purpose: "settlement" }).map(({ value }) => value)).toEqual([
      "audit",
      "compliance",
    ]);
  });
});
