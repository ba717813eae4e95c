import { expect, test } from "vitest";
import { rulesSince } from "@/lib/policies/rule-history";

const at = (day: number) => new Date(Date.UTC(2026, 10, day));
const activated = (number: number, texts: Readonly<Record<string, string>>) => ({
  ...{ number, at: at(number) },
  document: { policies: Object.entries(texts).map(([id, text]) => ({ id, text, examples: [] })) },
});

test("a rule is as old as its text, without a break", () => {
  const since = rulesSince([
    activated(4, { kept: "a", changed: "new", back: "b", added: "c" }),
    activated(3, { kept: "a", changed: "old", back: "other" }),
    activated(2, { kept: "a", changed: "old", back: "b" }),
  ]);
  expect(since).toEqual({
    kept: { number: 2, at: at(2).toISOString() },
    changed: { number: 4, at: at(4).toISOString() },
    back: { number: 4, at: at(4).toISOString() },
    added: { number: 4, at: at(4).toISOString() },
  });
  expect(rulesSince([])).toEqual({});
});
