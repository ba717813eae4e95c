import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { cedar } from "@/lib/access/policy/cedar";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { notRun, scale } from "@/lib/testing/scale";
import { GroupName, InstrumentKind, Purpose } from "@/lib/vocabulary";
import { ROLES } from "@/lib/word-lists";
import type { PolicyTexts } from "./counterexample";
import { cedarCallOf, type FoundRequest } from "./found-request";
import { ATTRIBUTES, LEVELS } from "./fragment";
import { proveWith } from "./prove";
import { Solver } from "./solver";

const MUTATED_SETS = scale("mutated policy sets");
const RANDOM_REQUESTS = 250;

/** Deterministic noise (mulberry32), so that a failure can be repeated. */
function dice(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <T>(values: readonly T[]): T => {
    for (const value of values.slice(Math.floor(next() * values.length))) return value;
    throw new Error("nothing to pick");
  };
  return { next, pick };
}
type Dice = ReturnType<typeof dice>;

/** One change of one policy's text. What is no longer valid Cedar of the schema is drawn again. */
const CHANGES: readonly ((text: string, dice: Dice) => string)[] = [
  (text, { pick }) => text.replace(/\b\d+\b/, (number) => String(Number(number) + pick([-1, 1, 60, -60]))),
  (text) => text.replace(/(\d+\D+)(\d+)/, (_all, first, second) => `${first}${Number(second) - 1}`),
  (text) => text.replace(/<(?!=)/, "<="),
  (text) => text.replace(/>(?!=)/, ">="),
  (text) => text.replace(">=", ">"),
  (text) => text.replace("==", "!="),
  (text) => text.replace("&&", "||"),
  (text) => text.replace(/&& [^&|()]+(?= &&)/, ""),
  (text) => text.replace(/!(?=[a-z(])/, ""),
  (text) => text.replace(/Role::"\w+"/, `Role::"regulator"`),
  (text, { pick }) => text.replace(/Role::"\w+"/, `Role::"${pick(ROLES)}"`),
  (text) => text.replace(/"masked"/, `"full"`),
  (text) => text.replace(/\["\w+", /, "["),
  (text, { pick }) => text.replace(/\["/, `["${pick(Purpose.options)}", "`),
  (text) => text.replace("context.isParty", "true"),
  (text) => text.replace("principal.isSupport", `principal.duties.contains("legal")`),
  (text) => text.replace("when {", "unless {"),
  (text) => text.replace("when {", 'when { context.purpose != "audit" &&'),
  (text) => text.replace(/permit|forbid/, (effect) => (effect === "permit" ? "forbid" : "permit")),
];

function isValid(texts: PolicyTexts): boolean {
  const answer = cedar.validate({ schema: CEDAR_SCHEMA, policies: { staticPolicies: { ...texts } } });
  return answer.type === "success" && answer.validationErrors.length === 0;
}

function mutated(random: Dice): PolicyTexts {
  for (;;) {
    const texts = { ...DEFAULT_POLICIES };
    for (let n = random.pick([1, 1, 2]); n > 0; n -= 1) {
      const id = random.pick(Object.keys(texts));
      if (random.next() < 0.06) delete texts[id];
      else texts[id] = random.pick(CHANGES)(texts[id] ?? "", random);
    }
    if (JSON.stringify(texts) !== JSON.stringify(DEFAULT_POLICIES) && isValid(texts)) return texts;
  }
}

/** Values near what the policies compare with. */
function randomRequest({ next, pick }: Dice): FoundRequest {
  const action = next() < 0.8 ? "open" : "request";
  const role = pick(ROLES);
  const duties = ["support", "legal", "break-glass"].filter(() => next() < 0.25);
  const of: Readonly<Record<string, readonly (string | number)[]>> = {
    "context.purpose": [...Purpose.options, "other"],
    "context.group": GroupName.options,
    "context.level": LEVELS[action],
    "context.grant.kind": ["request", "request", "dispute", "emergency"],
    "context.grant.level": LEVELS.open,
    "context.authority.kind": InstrumentKind.options,
    "context.authority.state": ["active", "approved"],
    "resource.ageDays": [0, 1, 364, 365, 366, 1824, 1825, 1826, 2555, 2556, 3650, 3651],
    "context.office.weekday": [1, 3, 5, 6, 7],
    "context.office.minute": [0, 479, 480, 539, 540, 541, 600, 959, 960, 1019, 1020, 1021, 1080, 1439],
    "context.grant.approvals": [0, 1, 2, 3],
  };
  const values = new Map<string, boolean | number | string>();
  const lacks = ["context.grant", "context.authority"].filter(() => next() < 0.3);
  for (const [path, sort] of Object.entries(ATTRIBUTES[action])) {
    if (lacks.some((absent) => path.startsWith(`${absent}.`))) continue;
    const [listed, plain] = [of[path], sort === "Bool" ? next() < 0.4 : sort === "Int" ? 1 : "text"];
    values.set(path, listed === undefined ? plain : pick(listed));
  }
  values.set("principal.isSupport", duties.includes("support"));
  return { action, role, duties, values };
}

function decides(name: string, request: FoundRequest): boolean {
  const answer = cedar.statefulIsAuthorized({
    ...cedarCallOf(request),
    preparsedPolicySetId: name,
    preparsedSchemaName: "mutants",
    validateRequest: true,
  });
  if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === "allow";
}

/** Returns what cvc5 answers; undefined where it is not installed. */
function cvc5(text: string): string | undefined {
  const run = spawnSync("cvc5", ["--lang=smt2"], { input: text, encoding: "utf8", timeout: 60_000 });
  return run.error === undefined ? run.stdout.trim() : undefined;
}

describe("proof of mutated sets", () => {
  const solver = new Solver({ ms: 120_000, wallMs: 240_000, memoryMb: 1_024 });
  afterAll(() => solver.stop());
  cedar.preparseSchema("mutants", CEDAR_SCHEMA);
  const random = dice(18);
  const sets = Array.from({ length: MUTATED_SETS }, () => mutated(random));
  const pairs = sets.flatMap((set) => [
    { base: DEFAULT_POLICIES, candidate: set },
    { base: set, candidate: DEFAULT_POLICIES },
  ]);
  const answers: { readonly texts: readonly string[]; readonly isGain: boolean }[] = [];

  it("finds each gain as a request that Cedar confirms, and random requests refute no proof", async () => {
    let tried = 0;
    for (const { base, candidate } of pairs) {
      const { outcome, questions, why } = await proveWith(solver, base, candidate);
      expect(why).toBeUndefined();
      answers.push({ texts: Object.values(questions), isGain: outcome === "counterexample" });
      if (outcome !== "proved") continue;
      cedar.preparsePolicySet("base", { staticPolicies: { ...base } });
      cedar.preparsePolicySet("candidate", { staticPolicies: { ...candidate } });
      for (let n = 0; n < RANDOM_REQUESTS; n += 1) {
        const request = randomRequest(random);
        tried += 1;
        if (decides("candidate", request))
          expect(decides("base", request), JSON.stringify(request)).toBe(true);
      }
    }
    const gains = answers.filter(({ isGain }) => isGain).length;
    console.log(
      `${pairs.length} proofs: ${gains} gains, ${pairs.length - gains} proved, ${tried} random requests`,
    );
    // Both kinds must occur, or the comparison shows nothing.
    expect(Math.min(gains, pairs.length - gains)).toBeGreaterThan(MUTATED_SETS / 4);
  });

  it("gives the answers of cvc5", () => {
    if (cvc5("(set-logic QF_UFLIA)(check-sat)") === undefined) {
      return notRun("the answers of cvc5, because it is not installed");
    }
    expect(answers).toHaveLength(pairs.length);
    for (const { texts, isGain } of answers) expect(texts.some((text) => cvc5(text) === "sat")).toBe(isGain);
  });
});
