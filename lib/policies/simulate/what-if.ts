import { decideExample } from "@/lib/access/policy/examples";
import type { ExampleFacts } from "@/lib/access/policy/policy-document";
import type { DecidingSet } from "@/lib/context/policies";
import type { WhatIf } from "@/lib/policies/simulate/schema";
import { GroupName, InstrumentKind, Purpose } from "@/lib/vocabulary";

interface Candidate {
  readonly fact: WhatIf["fact"];
  readonly value: string;
  readonly change: Partial<ExampleFacts>;
}

/** Where a change may be small or large, the first one that helps is enough. */
const ONE_OF: ReadonlySet<WhatIf["fact"]> = new Set(["weekday", "time", "age", "factor"]);

/** Numbers around those that the set compares with, the nearest to the present one first. */
function near(set: DecidingSet, attribute: string, present: number, most: number): number[] {
  const around = set.boundsOf(attribute).flatMap((bound) => [bound - 1, bound, bound + 1]);
  const known = [...new Set(around)].filter((value) => value >= 0 && value <= most);
  return known.sort((a, b) => Math.abs(a - present) - Math.abs(b - present));
}

function bases(facts: ExampleFacts): Candidate[] {
  const grants = (["request", "dispute", "emergency"] as const).map(
    (grant): Candidate => ({ fact: "basis", value: grant, change: { grant, is_party: false } }),
  );
  const party: Candidate = { fact: "basis", value: "party", change: { grant: null, is_party: true } };
  const present = facts.grant ?? (facts.is_party ? "party" : "none");
  return [...grants, party].filter(({ value }) => value !== present);
}

function times(facts: ExampleFacts, set: DecidingSet): Candidate[] {
  const days = [1, 2, 3, 4, 5, 6, 7].map((step) => ((facts.weekday - 1 + step) % 7) + 1);
  return [
    ...days.map((weekday): Candidate => ({ fact: "weekday", value: String(weekday), change: { weekday } })),
    ...near(set, "minute", facts.minute, 1439).map(
      (minute): Candidate => ({ fact: "time", value: String(minute), change: { minute } }),
    ),
    ...(facts.is_holiday ? [{ fact: "holiday" as const, value: "no", change: { is_holiday: false } }] : []),
    ...(facts.sets_hours && !facts.is_open
      ? [{ fact: "office" as const, value: "open", change: { is_open: true } }]
      : []),
    ...(facts.has_override
      ? []
      : [{ fact: "override" as const, value: "yes", change: { has_override: true } }]),
  ];
}

function ofOpening(facts: ExampleFacts, set: DecidingSet): Candidate[] {
  return [
    ...GroupName.options
      .filter((group) => group !== facts.group)
      .map((group): Candidate => ({ fact: "group", value: group, change: { group } })),
    ...bases(facts),
    ...InstrumentKind.options
      .filter((authority) => authority !== facts.authority)
      .map((authority): Candidate => ({ fact: "authority", value: authority, change: { authority } })),
    ...times(facts, set),
    ...near(set, "ageDays", facts.age_days, 100_000).map(
      (age): Candidate => ({ fact: "age", value: String(age), change: { age_days: age } }),
    ),
    ...near(set, "factorMinutes", facts.factor_minutes, 10_000_000).map(
      (minutes): Candidate => ({
        fact: "factor",
        value: String(minutes),
        change: { factor_minutes: minutes },
      }),
    ),
  ];
}

function candidates(facts: ExampleFacts, set: DecidingSet): Candidate[] {
  const level = facts.level === "full" ? "masked" : "full";
  return [
    ...Purpose.options
      .filter((purpose) => purpose !== facts.purpose)
      .map((purpose): Candidate => ({ fact: "purpose", value: purpose, change: { purpose } })),
    { fact: "level", value: level, change: { level } },
    { fact: "support", value: facts.is_support ? "no" : "yes", change: { is_support: !facts.is_support } },
    ...(facts.action === "open" ? ofOpening(facts, set) : []),
  ];
}

/**
 * Returns the single facts with which the policies would allow a refused example, one change at a time. Of times and
 * ages it returns the nearest. Pure.
 */
export function whatIf(facts: ExampleFacts, set: DecidingSet): WhatIf[] {
  const found: WhatIf[] = [];
  for (const { fact, value, change } of candidates(facts, set)) {
    if (ONE_OF.has(fact) && found.some((one) => one.fact === fact)) continue;
    if (decideExample({ ...facts, ...change }, set).isAllowed) found.push({ fact, value });
  }
  return found;
}
