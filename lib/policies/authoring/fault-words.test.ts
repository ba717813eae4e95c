import { describe, expect, it } from "vitest";
import de from "@/components/messages/de/policies.json";
import en from "@/components/messages/en/policies.json";
import { validateDocument } from "@/lib/access/policy/validate-document";
import { documentOf } from "@/lib/testing/contracts/open-set";
import { type FaultKey, faultWords } from "./fault-words";

const GOOD = 'permit(principal in Role::"auditor", action == Action::"open", resource);';
const open = (condition: string) =>
  `permit(principal, action == Action::"open", resource)\nwhen { ${condition} };`;

const TEXTS: Readonly<Partial<Record<FaultKey, string>>> = {
  token: "permit(principal action, resource);",
  end: "permit(",
  quote: open('context.purpose == "x'),
  effect: "allow(principal, action, resource);",
  attribute: open("context.colour == 3"),
  optional: open('context.grant.kind == "request"'),
  type: open('resource.ageDays > "old"'),
  types: open("context.purpose == 3"),
  entity: GOOD.replace("auditor", "auditr"),
  unrecognized: GOOD.replace("Role", "Rolle"),
  number: open("resource.ageDays > 99999999999999999999"),
  impossible: open("false"),
  scripts: open('context.purpose == "\u0430udit"'),
  template: "permit(principal in ?principal, action, resource);",
  call: open("include(context)"),
  emptySet: open("[].contains(context.purpose)"),
  unary: open("!!!!!true"),
  person: 'permit(principal == User::"u", action, resource);',
  nested: open(`${"(".repeat(20)}true${")".repeat(20)}`),
  conditions: open(Array(70).fill("context.isParty").join(" || ")),
  parts: open(`context${".a".repeat(20)}`),
  calculates: open(`1${"+1".repeat(30)} == 1`),
  choices: open(`${"if true then true else ".repeat(12)}true`),
  hidden: `// \u202e\n${GOOD}`,
};

describe("words for faults", () => {
  it.each(Object.entries(TEXTS))("the fault %s has words of its own", (key, text) => {
    const [problem] = validateDocument(documentOf({ good: GOOD, tested: text })).problems;
    expect([problem?.message, faultWords(problem?.message ?? "")?.key]).toEqual([problem?.message, key]);
  });

  it("examples and repeated names have words too; another fault is shown as it is", () => {
    expect(faultWords("Expected to be allowed, but is refused: by hours-own.")).toEqual({
      key: "expected",
      values: { expected: "allowed", seen: "refused", name: "hours-own" },
    });
    expect(faultWords("Add an example that is refused.")?.key).toBe("absent");
    expect(faultWords("Two policies have this id.")?.key).toBe("twice");
    expect(faultWords("A fault of a later Cedar.")).toBeUndefined();
  });

  it("both languages have words for the same faults", () => {
    expect(Object.keys(de.edit.faults.words).sort()).toEqual(Object.keys(en.edit.faults.words).sort());
  });
});
