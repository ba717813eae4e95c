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

it(`the default policies agree with a hand-written oracle, and with the rules before them, in ${CASES} random requests from seed ${FIRST}, and both allow and refuse often`, () => {
  let allowed = 0;
  const differences: string[] = [];
  for (let seed = FIRST; seed < FIRST + CASES; seed++) {
    const facts = randomFacts(seed);
    const decision = decideOpening(facts, defaultSet());
    const [ours, before] = [answerOf(decision), answerOf(decideAsBefore(facts))];
    if (differs(decision, facts)) differences.push(`seed ${seed}: ${JSON.stringify(decision)}`);
    else if (ours !== before) differences.push(`seed ${seed}: ${ours} before ${before}`);
    if (decision.isAllowed) allowed += 1;
  }
  expect(differences).toEqual([]);
  expect(allowed).toBeGreaterThan(CASES / 10);
  expect(allowed).toBeLessThan(CASES * 0.9);
});
