import { describe, expect, it } from "vitest";
import { ParsedPolicies } from "@/lib/access/policy/cedar";
import { DEFAULT_DOCUMENT, defaultSet } from "@/lib/access/policy/default-document";
import { policyVersionOf, preparePolicySet } from "@/lib/access/policy/engine";
import { questionOf } from "@/lib/access/policy/examples";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import type { PolicyQuestion } from "@/lib/context/policies";
import { documentOf } from "@/lib/testing/contracts/open-set";
import { GroupName, InstrumentKind, Purpose } from "@/lib/vocabulary";

const textsOf = (document = DEFAULT_DOCUMENT) =>
  Object.fromEntries(document.policies.map(({ id, text }) => [id, text]));

/** Returns a random question; equal for equal seeds. */
function randomQuestion(seed: number): PolicyQuestion {
  let state = seed * 2_654_435_761;
  const below = (count: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % count;
  };
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const near = (numbers: readonly number[]): number => Math.max(0, pick(numbers) + below(3) - 1);
  return questionOf(
    ExampleFacts.parse({
      action: below(8) === 0 ? "request" : "open",
      role: pick(["client", "miner", "coordinator", "auditor", "regulator", "admin"]),
      is_support: below(4) === 0,
      purpose: pick([...Purpose.options, "other"]),
      group: pick(GroupName.options),
      level: pick(["masked", "full"]),
      is_party: below(2) === 0,
      grant: pick(["request", "request", "dispute", "emergency", null]),
      authority: pick([...InstrumentKind.options, null]),
      age_days: near([10, 365, 1_825, 2_555, 3_650, 9_000]),
      is_kept: below(3) === 0,
      weekday: 1 + below(7),
      minute: near([60, 540, 720, 1_020, 1_200]),
      is_holiday: below(5) === 0,
      sets_hours: below(2) === 0,
      is_open: below(2) === 0,
      has_override: below(3) === 0,
      factor_minutes: near([5, 15, 60]),
      day: near([20_261_129, 20_270_101]),
      organisation: pick(["", "a", "b"]),
      duties: below(2) === 0 ? [] : [pick(["legal", "approve"])],
      retention_class: pick(["standard", "extended"]),
      approvals: below(4),
      views_used: near([0, 0, 14]),
    }),
  );
}

/** Sets that read what the default one does not: each with another construct that an answer could depend on. */
const OTHERS: readonly Readonly<Record<string, string>>[] = [
  { ...textsOf() },
  {
    a: 'permit(principal, action == Action::"open", resource) when { context.office.minute + 10 > resource.ageDays };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) when { context.factorMinutes < context.office.minute };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) when { context has grant && context.grant == {kind: "request", level: "full", approvals: 2, viewsUsed: 0} };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) when { (if context.isParty then context.office.minute else 7) < 720 };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) when { [540, 541].contains(context.office.minute) || principal.duties.contains("legal") };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) when { principal.organisation == "a" && resource.retentionClass like "ext*" };',
  },
  {
    a: 'permit(principal, action, resource) when { [context.purpose, "audit"].contains(context.level) || context.purpose == "audit" };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) unless { context.day < 20261129 || principal.duties.isEmpty() };',
  },
  {
    a: 'permit(principal, action == Action::"open", resource) when { context has grant && -1 < context.grant.viewsUsed && context.grant.viewsUsed <= 14 && context.grant.approvals != 2 };',
    b: 'forbid(principal in Role::"auditor", action, resource);',
  },
];

describe("a prepared set", () => {
  it.each(OTHERS.map((texts, at) => [at, texts] as const))(
    "set %i gives the answers of Cedar itself, from whatever it has kept",
    (_at, texts) => {
      const set = preparePolicySet(documentOf(texts));
      const cedar = new ParsedPolicies(texts);
      let allowed = 0;
      for (let seed = 1; seed <= 700; seed += 1) {
        const question = randomQuestion(seed);
        const answer = set.ask(question);
        expect([seed, answer]).toEqual([seed, cedar.decide(question)]);
        if (answer.isAllowed) allowed += 1;
      }
      expect(allowed).toBeGreaterThan(0);
      expect(allowed).toBeLessThan(700);
    },
  );

  it("one question has one answer, whatever the order of its facts", () => {
    const document = documentOf({
      first:
        'permit(principal, action == Action::"open", resource) when { context.day == 1 && context.factorMinutes == 0 };',
    });
    const set = preparePolicySet(document);
    const [example] = DEFAULT_DOCUMENT.policies[0]?.examples ?? [];
    if (example === undefined) throw new TypeError("no example");
    const asked = questionOf({ ...example.facts, day: 1, factor_minutes: 0 });
    const swapped = questionOf({ ...example.facts, day: 0, factor_minutes: 1 });
    if (asked.action !== "open" || swapped.action !== "open") throw new TypeError("no opening");
    const { day, factorMinutes, ...rest } = swapped.context;
    const moved = { ...swapped, context: { factorMinutes, day, ...rest } };
    const first = {
      ...asked,
      context: { day: asked.context.day, factorMinutes: asked.context.factorMinutes, ...rest },
    };
    expect([set.ask(first).isAllowed, set.ask(moved).isAllowed]).toEqual([true, false]);
  });

  it("a policy that cannot be evaluated refuses, whatever others permit", () => {
    const overflow = `permit(principal, action == Action::"open", resource)
when { resource.ageDays * 9223372036854775807 > 1 };`;
    const set = preparePolicySet(documentOf({ all: "permit(principal, action, resource);", overflow }));
    const question = questionOf(ExampleFacts.parse({ role: "client", purpose: "audit", age_days: 2 }));
    expect(set.ask(question)).toEqual({ isAllowed: false, policies: [], isBroken: true });
  });

  it("a question that Cedar cannot read is refused", () => {
    const question = questionOf(ExampleFacts.parse({ role: "client", purpose: "audit" }));
    const strange = { ...question, principal: { ...question.principal, role: "root" as "admin" } };
    const parsed = new ParsedPolicies({ all: "permit(principal, action, resource);" });
    expect(parsed.decide(question).isAllowed).toBe(true);
    expect(parsed.decide(strange)).toEqual({ isAllowed: false, policies: [], isBroken: true });
  });

  it("without a policy nothing is permitted", () => {
    const set = preparePolicySet(
      documentOf({ none: 'forbid(principal in Role::"admin", action, resource);' }),
    );
    for (let seed = 1; seed < 200; seed += 1) expect(set.ask(randomQuestion(seed)).isAllowed).toBe(false);
  });

  it("its version changes with the document and with the source of the floor", () => {
    const sources = [["floor.ts", "one"]] as const;
    const version = policyVersionOf(DEFAULT_DOCUMENT, sources);
    expect(policyVersionOf(structuredClone(DEFAULT_DOCUMENT), sources)).toBe(version);
    expect(policyVersionOf(DEFAULT_DOCUMENT, [["floor.ts", "two"]])).not.toBe(version);
    const settings = { ...DEFAULT_DOCUMENT.settings, review_days: 11 };
    expect(policyVersionOf({ ...DEFAULT_DOCUMENT, settings }, sources)).not.toBe(version);
    expect(defaultSet().version).toBe(policyVersionOf(DEFAULT_DOCUMENT));
  });

  it("a text that cannot be parsed and a repeated id are not prepared", () => {
    expect(() => preparePolicySet(documentOf({ bad: "permit(" }))).toThrow("cannot be read");
    const [policy] = documentOf({ one: "permit(principal, action, resource);" }).policies;
    const policies = policy === undefined ? [] : [policy, policy];
    expect(() => preparePolicySet({ ...DEFAULT_DOCUMENT, policies })).toThrow("two policies have one id");
  });
});
