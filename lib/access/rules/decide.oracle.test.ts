import { expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { type Allowed, decideOpening, type Refused } from "@/lib/access/rules/decide";
import { decideOpening as decideAsBefore } from "@/lib/testing/contracts/former-rules/decide";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";
import { differs } from "@/lib/testing/contracts/opening-oracle";
import { scale } from "@/lib/testing/scale";

const CASES = scale("oracle cases");
/** First seeds: fixed ones repeat earlier findings, `ORACLE_SEED` draws others. */
const FIRST = Number(process.env.ORACLE_SEED ?? 1);

/** What both must agree on: all that is opened, or the code of the answer and the next possible time. */
function answerOf(decision: Omit<Allowed, "policies"> | Omit<Refused, "policies">): string {
  if (!decision.isAllowed) return `${decision.reasons[0].code} ${decision.nextPossibleAt?.toISOString()}`;
  const levels = decision.groups.map((group) => `${group} ${decision.levels[group]}`);
  return `${levels.join(" ")} ${decision.usedHoursOverride}`;
}

/** One test is of so many cases, so that each one ends within its time also on a busy machine. */
const PART = 50_000;
const parts = Array.from({ length: Math.ceil(CASES / PART) }, (_, at) => ({
  first: FIRST + at * PART,
  count: Math.min(PART, CASES - at * PART),
}));

it.each(parts)(
  "the default policies agree with a hand-written oracle, and with the rules before them, in $count random requests from seed $first, and both allow and refuse often",
  ({ first, count }) => {
    let allowed = 0;
    const differences: string[] = [];
    for (let seed = first; seed < first + count; seed++) {
      const facts = randomFacts(seed);
      const decision = decideOpening(facts, defaultSet());
      const [ours, before] = [answerOf(decision), answerOf(decideAsBefore(facts))];
      if (differs(decision, facts)) differences.push(`seed ${seed}: ${JSON.stringify(decision)}`);
      else if (ours !== before) differences.push(`seed ${seed}: ${ours} before ${before}`);
      if (decision.isAllowed) allowed += 1;
    }
    expect(differences).toEqual([]);
    expect(allowed).toBeGreaterThan(count / 10);
    expect(allowed).toBeLessThan(count * 0.9);
  },
);
