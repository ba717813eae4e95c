import "server-only";
import { type PreparedSet, preparePolicySet } from "@/lib/access/policy/engine";
import type { PolicyDocument, PolicySettings } from "@/lib/access/policy/policy-document";
import { decideOpening } from "@/lib/access/rules/decide";
import type { AuditContext, Context } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { inSnapshot } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { documentOf } from "@/lib/policies/load-set";
import { type Proof, prove } from "@/lib/policies/proof/prove";
import {
  countDecisions,
  type Decided,
  outcomeOf,
  recordedDecisions,
} from "@/lib/policies/recorded/recorded-decisions";
import { findSet, type WholeSetRow } from "@/lib/policies/store";
import { Turns } from "@/lib/policies/turns";
import { comparedSets, countCases, dayOf } from "./instants";
import { compareMatrix, countSteps, withLastUses } from "./matrix";
import { type Progress, RunFailed } from "./progress";
import { readRetentionResult } from "./retention-effect";
import type { ClaimedRun } from "./run-store";
import {
  type DryRunResult,
  MOST_ROWS,
  type PastDifference,
  type ProofResult,
  type SettingChange,
} from "./schema";

const DAY_MS = 86_400_000;
/** Times and ages that are compared for one person and grant; the default policies have some 4,000. */
const MOST_CASES = 200_000;
/** How far back recorded decisions are decided again. */
const PAST_DAYS = 90;

export type DryRunContext = Pick<Context, "db" | "instance" | "clock" | "logger"> & AuditContext;

/** A finished dry run, as it is stored: the result and the texts of the solver's questions. */
export interface MadeDryRun {
  readonly result: DryRunResult;
  readonly proof_texts: Proof["questions"];
}

function readDocument(set: WholeSetRow | undefined): PolicyDocument {
  if (set === undefined) throw new RunFailed("A version of this run does not exist any more.");
  try {
    return documentOf(set);
  } catch (error) {
    if (error instanceof InvariantError)
      throw new RunFailed(`The text of version ${set.number} was altered in the database.`);
    throw error;
  }
}

/** Reads both documents once: the run is of these texts, whatever changes meanwhile. */
async function readSets(cx: DryRunContext, run: ClaimedRun) {
  const { tenantId } = cx.instance;
  const { base_number: base, set_id: setId, document_digest: digest } = run;
  if (base === null || setId === null) throw new RunFailed("This run names no version.");
  const found = await inSnapshot(cx, async (tx) => ({
    base: await findSet(tx, tenantId, { number: base }),
    candidate: await findSet(tx, tenantId, { id: setId }),
  }));
  if (found.candidate?.document_digest !== digest)
    throw new RunFailed("The draft was changed before this run began. Start a new dry run.");
  return { base: readDocument(found.base), candidate: readDocument(found.candidate) };
}

const NUMBERS: readonly (readonly [
  name: string,
  read: (settings: PolicySettings) => number,
  looser: "more" | "less" | "neither",
])[] = [
  ["quorums.legal", ({ quorums }) => quorums.legal, "less"],
  ["quorums.coordinator", ({ quorums }) => quorums.coordinator, "less"],
  ["grants.max_views", ({ grants }) => grants.max_views, "more"],
  ["grants.max_exports", ({ grants }) => grants.max_exports, "more"],
  ["grants.max_days", ({ grants }) => grants.max_days, "more"],
  ["review_days", ({ review_days }) => review_days, "neither"],
];

/** Returns the numbers that differ, and whether more is possible with the new ones. */
export function compareSettings(base: PolicySettings, candidate: PolicySettings): SettingChange[] {
  return NUMBERS.flatMap(([name, read, looser]) => {
    const [before, after] = [read(base), read(candidate)];
    if (before === after) return [];
    const isLooser = looser === "more" ? after > before : looser === "less" && after < before;
    return [{ name, before, after, is_looser: isLooser }];
  });
}

/** The periods of the log in both documents. */
function periodsOf({ base, candidate }: Record<"base" | "candidate", PolicyDocument>) {
  return { base: base.settings.retention, candidate: candidate.settings.retention };
}

interface Past {
  readonly decisions: DryRunResult["decisions"];
  readonly past: PastDifference[];
}

function differenceOf(one: Decided, base: PreparedSet, candidate: PreparedSet): PastDifference | undefined {
  const before = outcomeOf(decideOpening(one.facts, base));
  const after = outcomeOf(decideOpening(one.facts, candidate));
  const seen = ({ outcome, levels }: typeof before) => JSON.stringify([outcome, levels]);
  if (seen(before) === seen(after)) return undefined;
  return { entry_id: one.entryId, request_id: one.requestId, at: one.at, before, after };
}

/** Decides recorded decisions again, by both sets. */
async function comparePast(
  cx: DryRunContext,
  sets: { readonly base: PreparedSet; readonly candidate: PreparedSet },
  since: Date,
  progress: Progress,
): Promise<Past> {
  const past: PastDifference[] = [];
  let [total, differ, unreadable] = [0, 0, 0];
  const turns = new Turns();
  for await (const one of recordedDecisions(cx, { from: since, to: cx.clock.now() })) {
    progress.step();
    if (turns.isOver) await turns.give();
    if (one.is === "unreadable") {
      unreadable += 1;
      continue;
    }
    total += 1;
    const difference = differenceOf(one, sets.base, sets.candidate);
    if (difference === undefined) continue;
    differ += 1;
    if (past.length < MOST_ROWS) past.push(difference);
  }
  return { decisions: { total, differ, unreadable, since: since.toISOString() }, past };
}

/** Returns both sets as the matrix compares them. Throws RunFailed where they name too many times for it. */
function comparedOf(cx: DryRunContext, { base, candidate }: Record<"base" | "candidate", PreparedSet>) {
  const compared = comparedSets(base, candidate);
  if (countCases(compared, dayOf(cx.clock.now())) > MOST_CASES)
    throw new RunFailed(
      "The rules name too many different minutes, days, ages and factor times to compare them all. Use fewer numbers.",
    );
  return compared;
}

function textsOf({ policies }: PolicyDocument): Record<string, string> {
  return Object.fromEntries(policies.map(({ id, text }) => [id, text]));
}

function proofResultOf({ outcome, why, counterexample, questions, ms }: Proof): ProofResult {
  const digests = Object.entries(questions).map(([action, text]) => [
    action,
    toBase64url(sha256(utf8(text))),
  ]);
  return {
    ...{ outcome, why: why ?? null, ms, questions: Object.fromEntries(digests) },
    counterexample:
      counterexample === undefined
        ? null
        : {
            ...counterexample,
            policies: [...counterexample.policies],
            refused_by: [...counterexample.refused_by],
          },
  };
}

/**
 * Makes a dry run: recorded decisions of the last 90 days, people and grants, and the proof. Throws RunLost when it was
 * cancelled or taken over, and RunFailed with the reason for its reader.
 */
export async function makeDryRun(
  cx: DryRunContext,
  run: ClaimedRun,
  progress: Progress,
): Promise<MadeDryRun> {
  const documents = await readSets(cx, run);
  const sets = { base: preparePolicySet(documents.base), candidate: preparePolicySet(documents.candidate) };
  const compared = comparedOf(cx, sets);
  const since = new Date(cx.clock.nowMs() - PAST_DAYS * DAY_MS);
  const period = { from: since, to: cx.clock.now() };
  // The proof is one step.
  progress.plan((await countDecisions(cx, period)) + (await countSteps(cx)) + 1);
  await progress.renew();
  const { decisions, past } = await comparePast(cx, sets, since, progress);
  const matrix = await compareMatrix(cx, compared, progress);
  const proof = await prove(textsOf(documents.base), textsOf(documents.candidate), {
    signal: progress.signal,
  });
  progress.step();
  const { losses, gains, people, grants } = matrix;
  const result: DryRunResult = {
    base: run.base_number ?? 0,
    ...{ people_lose: losses.people, people_gain: gains.people, grants_narrower: losses.grants },
    ...{ compared: { people, grants }, decisions, past, past_more: decisions.differ > past.length },
    ...{ losers: await withLastUses(cx, losses.rows), losers_more: losses.isMore },
    ...{ gainers: await withLastUses(cx, gains.rows), gainers_more: gains.isMore },
    settings: compareSettings(documents.base.settings, documents.candidate.settings),
    retention: await inSnapshot(cx, (tx) => readRetentionResult(tx, cx, periodsOf(documents))),
    proof: proofResultOf(proof),
  };
  return { result, proof_texts: proof.questions };
}
