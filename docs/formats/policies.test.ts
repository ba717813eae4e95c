import { describe, expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { runExamples } from "@/lib/access/policy/examples";
import { validateDocument } from "@/lib/access/policy/validate-document";
import { decideOpening } from "@/lib/access/rules/decide";
import { readFacts } from "@/lib/access/rules/read-facts";
import { factsOf } from "@/lib/access/rules/recorded-facts";
import { examplesOf } from "./read-examples";

const jsonOf = (page: string, name: string): unknown =>
  JSON.parse(examplesOf(page).get(name)?.text ?? "null");

describe("pages of policies", () => {
  it("policy-set.md shows a valid document whose examples are met", () => {
    const { document, problems } = validateDocument(jsonOf("policy-set", "policy-set"));
    expect(problems).toEqual([]);
    const results = document === undefined ? [] : runExamples(document, preparePolicySet(document));
    expect(results.map(({ got, isMet }) => [got, isMet])).toEqual([
      ["allow", true],
      ["refuse", true],
    ]);
  });

  it("facts.md shows facts that are read, recorded the same, and allow by the default policies", () => {
    const recorded = jsonOf("facts", "facts");
    const facts = readFacts(recorded);
    if (facts === undefined) throw new TypeError("the example is not read");
    expect(factsOf(facts)).toEqual(recorded);
    expect(decideOpening(facts, defaultSet())).toMatchObject({
      isAllowed: true,
      levels: { amount: "full" },
      policies: ["regulator-grant"],
    });
  });
});
