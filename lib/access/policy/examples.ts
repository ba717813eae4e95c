import type { PreparedSet } from "@/lib/access/policy/engine";
import type { Example, ExampleFacts, PolicyDocument } from "@/lib/access/policy/policy-document";
import type { DecidingSet, OpenQuestion, PolicyAnswer, PolicyQuestion } from "@/lib/context/policies";

function grantOf({ grant, level, approvals, views_used: viewsUsed }: ExampleFacts) {
  return grant === null ? {} : { grant: { kind: grant, level, approvals, viewsUsed } };
}

function contextOf(facts: ExampleFacts): OpenQuestion["context"] {
  const { authority } = facts;
  return {
    purpose: facts.purpose,
    group: facts.group,
    level: facts.level,
    isParty: facts.is_party,
    day: facts.day,
    factorMinutes: facts.factor_minutes,
    hasOverride: facts.has_override,
    office: {
      setsHours: facts.sets_hours,
      isOpen: facts.is_open,
      weekday: facts.weekday,
      minute: facts.minute,
      isHoliday: facts.is_holiday,
    },
    ...grantOf(facts),
    ...(authority === null ? {} : { authority: { kind: authority, state: facts.authority_state } }),
  };
}

/** Returns the question of an example's facts, at the level they name. Pure. */
export function questionOf(facts: ExampleFacts): PolicyQuestion {
  const { role, organisation, duties } = facts;
  const isSupport = facts.is_support;
  const held = isSupport ? [...duties, "support"] : duties;
  const principal = { role, organisation, duties: [...new Set(held)].sort(), isSupport };
  if (facts.action === "request")
    return { action: "request", principal, context: { purpose: facts.purpose, level: facts.level } };
  const { age_days: ageDays, retention_class: retentionClass, is_kept: isKept } = facts;
  return {
    action: "open",
    principal,
    resource: { ageDays, retentionClass, isKept },
    context: contextOf(facts),
  };
}

/** Returns what the policies alone say of an example; the floor has its own tests. */
export function decideExample(facts: ExampleFacts, set: DecidingSet): PolicyAnswer {
  return set.ask(questionOf(facts));
}

/** An example and what the set made of it. */
export interface ExampleResult {
  readonly policy: string;
  /** Its place in the policy's list. */
  readonly index: number;
  readonly name: string;
  readonly expected: Example["expect"];
  readonly got: Example["expect"];
  /** As expected, by policies that could all be evaluated. */
  readonly isMet: boolean;
  /** The policies that decided it. */
  readonly policies: readonly string[];
}

/** Runs the examples of a valid document by its whole set, one after the other, in order. */
export function* exampleResults(document: PolicyDocument, set: PreparedSet): Generator<ExampleResult> {
  for (const { id: policy, examples } of document.policies)
    for (const [index, { name, expect: expected, facts }] of examples.entries()) {
      const { isAllowed, policies, isBroken } = decideExample(facts, set);
      const got = isAllowed ? "allow" : "refuse";
      yield { policy, index, name, expected, got, isMet: got === expected && !isBroken, policies };
    }
}

/** Runs every example of a valid document by its whole set, in order. Pure. */
export function runExamples(document: PolicyDocument, set: PreparedSet): ExampleResult[] {
  return [...exampleResults(document, set)];
}
