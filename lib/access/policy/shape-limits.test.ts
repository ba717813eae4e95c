import { describe, expect, it } from "vitest";
import { CedarEnded, cedar, ParsedPolicies } from "@/lib/access/policy/cedar";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { questionOf } from "@/lib/access/policy/examples";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { shapeFault } from "@/lib/access/policy/shape-limits";
import { validateDocument } from "@/lib/access/policy/validate-document";
import { documentOf } from "@/lib/testing/contracts/open-set";

const GOOD = 'permit(principal in Role::"auditor", action == Action::"open", resource);';
const open = (condition: string) =>
  `permit(principal, action == Action::"open", resource)\nwhen { ${condition} };`;
const chain = (unit: string, sign: string, count: number) => Array<string>(count).fill(unit).join(sign);

/** Texts that grow without a bound, by the construct that makes them deep. */
const GROWING: Readonly<Record<string, (n: number) => string>> = {
  or: (n) => open(chain("context.isParty", " || ", n)),
  and: (n) => open(chain("context.day == 1", " && ", n)),
  brackets: (n) => open(`${"(".repeat(n)}true${")".repeat(n)}`),
  lists: (n) => open(`${"[".repeat(n)}1${"]".repeat(n)} == [1]`),
  records: (n) => open(`${"{a:".repeat(n)}1${"}".repeat(n)} == {a: 1}`),
  parts: (n) => open(`context${".a".repeat(n)}`),
  indexes: (n) => open(`context${'["a"]'.repeat(n)}`),
  calls: (n) => open(`[1]${".contains(1)".repeat(n)}`),
  sums: (n) => open(`1${"+1".repeat(n)} == 1`),
  negations: (n) => open(`${"!(".repeat(n)}true${")".repeat(n)}`),
  choices: (n) => open(`${"if true then true else ".repeat(n)}true`),
  conditions: (n) => `permit(principal, action, resource) ${"when { true }".repeat(n)};`,
};
const question = questionOf(ExampleFacts.parse({ role: "admin", purpose: "audit" }));

describe("shape of a policy", () => {
  it("of every default policy is within the bounds; signs in texts and comments do not count", () => {
    for (const { text } of DEFAULT_DOCUMENT.policies) expect(shapeFault(text)).toBeUndefined();
    const many = chain("&& ( [ {", " ", 100);
    expect(shapeFault(`// ${many}\n${open(`context.purpose == "${many}\\" ${many}"`)}`)).toBeUndefined();
  });

  it.each(Object.entries(GROWING))(
    "a text of too many %s is one fault at its place, and Cedar goes on",
    (_name, make) => {
      const hot = new ParsedPolicies({ good: GOOD });
      for (let n = 1; ; n = Math.ceil(n * 1.5)) {
        const text = make(n);
        const { document, problems } = validateDocument(documentOf({ good: GOOD, tested: text }));
        if (document !== undefined) expect(preparePolicySet(document).ask(question).isBroken).toBe(false);
        expect(hot.decide(question)).toEqual({ isAllowed: false, policies: [], isBroken: false });
        if (shapeFault(text) === undefined) continue;
        expect(problems).toHaveLength(1);
        expect(problems[0]).toMatchObject({ policy: "tested", length: 1 });
        break;
      }
    },
  );

  it("at all bounds at once is read, checked and decided", () => {
    const nested = `${"(".repeat(9)}context.day + ${chain("1", " + ", 20)} == 1${")".repeat(9)}`;
    const choices = `(${"if context.isParty then true else ".repeat(10)}true)`;
    const text = open(`${chain("context.isParty", " || ", 56)} || ${nested} || ${choices}`);
    expect(shapeFault(text)).toBeUndefined();
    const { document, problems } = validateDocument(documentOf({ tested: text }));
    expect(problems).toEqual([]);
    expect(document && preparePolicySet(document).ask(question).isBroken).toBe(false);
  });
});

describe("Cedar after a call that ended it", () => {
  it("is started again, and sets that were prepared before decide as before", () => {
    const hot = new ParsedPolicies({ good: GOOD.replace("auditor", "admin") });
    const before = hot.decide(question);
    expect(before.isAllowed).toBe(true);
    const deep = open(`${"[".repeat(3_900)}${"]".repeat(3_900)} == []`);
    for (let turn = 0; turn < 3; turn += 1) expect(() => cedar.policyToJson(deep)).toThrow(CedarEnded);
    expect(cedar.policyToJson(GOOD).type).toBe("success");
    expect(hot.decide(question)).toEqual(before);
  });
});
