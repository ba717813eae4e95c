import "server-only";
import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { cedar } from "@/lib/access/policy/cedar";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import { type Counterexample, confirmed, type PolicyTexts } from "./counterexample";
import { OutsideFragment, PROVED_ACTIONS, type ProvedAction } from "./fragment";
import { preferencesFor } from "./ordinary";
import { type Question, questionOf } from "./question";
import { type NoAnswer, SOLVER_LIMITS, Solver, type SolverLimits } from "./solver";

/** Why a proof has no answer. */
export type Undecided = NoAnswer | "fragment" | "unconfirmed" | "invalid" | "size";

/** The proof "the candidate allows nothing that the base refuses", for the constructs that the encoder reads. */
export interface Proof {
  readonly outcome: "proved" | "counterexample" | "undecided";
  readonly why?: { readonly code: Undecided; readonly detail: string };
  readonly counterexample?: Counterexample;
  /** What the solver was asked, by action. */
  readonly questions: Readonly<Partial<Record<ProvedAction, string>>>;
  readonly ms: number;
}

/** Larger questions are not asked: their text would be kept with each run. */
const MAX_QUESTION_CHARACTERS = 4_000_000;

const WORDS: Readonly<Record<Exclude<Undecided, "fragment">, string>> = {
  time: "The solver did not answer in time.",
  memory: "The solver needed more memory than it may use.",
  ended: "The solver ended before it answered.",
  unknown: "The solver answered neither yes nor no.",
  unconfirmed: "The solver found an example that Cedar does not confirm, or that cannot occur.",
  invalid: "A policy set is not valid, so it was not compared.",
  size: "The policies are too large for the solver.",
};

/** Returns the policies as JSON; undefined where the set is not strictly valid. */
function parsed(texts: PolicyTexts): ReadonlyMap<string, PolicyJson> | undefined {
  const answer = cedar.validate({ schema: CEDAR_SCHEMA, policies: { staticPolicies: { ...texts } } });
  if (answer.type !== "success" || answer.validationErrors.length > 0) return undefined;
  const found = new Map<string, PolicyJson>();
  for (const [id, text] of Object.entries(texts)) {
    const read = cedar.policyToJson(text);
    if (read.type !== "success") return undefined;
    found.set(id, read.json);
  }
  return found;
}

function questionsFor(
  base: PolicyTexts,
  candidate: PolicyTexts,
): readonly Question[] | NonNullable<Proof["why"]> {
  const [before, after] = [parsed(base), parsed(candidate)];
  if (before === undefined || after === undefined) return { code: "invalid", detail: WORDS.invalid };
  try {
    const asked = PROVED_ACTIONS.map((action) => questionOf(before, after, action));
    const size = asked.reduce((total, { text }) => total + text.length, 0);
    return size > MAX_QUESTION_CHARACTERS ? { code: "size", detail: WORDS.size } : asked;
  } catch (error) {
    if (!(error instanceof OutsideFragment)) throw error;
    const where = error.policy === undefined ? "" : ` (policy ${error.policy})`;
    return { code: "fragment", detail: `The proof does not cover ${error.construct}${where}.` };
  }
}

type Outcome = Pick<Proof, "outcome" | "why" | "counterexample">;

async function askAll(
  solver: Solver,
  questions: readonly Question[],
  base: PolicyTexts,
  candidate: PolicyTexts,
): Promise<Outcome> {
  let why: Proof["why"];
  for (const question of questions) {
    const answer = await solver.ask(question, preferencesFor(question));
    if (answer.is === "sat") {
      const counterexample = confirmed(question, answer.values, base, candidate);
      if (counterexample !== undefined) return { outcome: "counterexample", counterexample };
      why ??= { code: "unconfirmed", detail: WORDS.unconfirmed };
    } else if (answer.is === "none")
      why ??= { code: answer.why, detail: [WORDS[answer.why], answer.said ?? ""].join(" ").trim() };
  }
  return why === undefined ? { outcome: "proved" } : { outcome: "undecided", why };
}

/**
 * Compares two policy sets with a solver's process that the caller keeps: proved, a counterexample that Cedar confirms,
 * or undecided with the reason. It never throws for what policies contain.
 */
export async function proveWith(solver: Solver, base: PolicyTexts, candidate: PolicyTexts): Promise<Proof> {
  const began = performance.now();
  const asked = questionsFor(base, candidate);
  const ms = () => Math.round(performance.now() - began);
  if ("code" in asked) return { outcome: "undecided", why: asked, questions: {}, ms: ms() };
  const questions = Object.fromEntries(asked.map(({ action, text }) => [action, text]));
  return { ...(await askAll(solver, asked, base, candidate)), questions, ms: ms() };
}

interface ProveOptions {
  readonly limits?: SolverLimits;
  /** Ends the proof early; it is then undecided. */
  readonly signal?: AbortSignal;
}

/** Compares two policy sets as `proveWith` does, in a solver's process that ends with the proof. */
export async function prove(
  base: PolicyTexts,
  candidate: PolicyTexts,
  { limits, signal }: ProveOptions = {},
): Promise<Proof> {
  const began = performance.now();
  const solver = new Solver(limits ?? SOLVER_LIMITS);
  const stop = () => solver.stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const proof = await proveWith(solver, base, candidate);
    return { ...proof, ms: Math.round(performance.now() - began) };
  } finally {
    signal?.removeEventListener("abort", stop);
    solver.stop();
  }
}
