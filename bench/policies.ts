import { ParsedPolicies } from "@/lib/access/policy/cedar";
import { openQuestions } from "@/lib/access/policy/cedar-request";
import { DEFAULT_DOCUMENT, defaultSet } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { decideOpening } from "@/lib/access/rules/decide";
import { factsOf } from "@/lib/access/rules/recorded-facts";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntries } from "@/lib/audit/record/append-entry";
import { inTransaction } from "@/lib/db/transaction";
import { createDraft } from "@/lib/policies/create-draft";
import { getDryRun, requestDryRun } from "@/lib/policies/dry-run/request-dry-run";
import { runNextPolicyRun } from "@/lib/policies/dry-run/run-next";
import { prove } from "@/lib/policies/proof/prove";
import { getReplay, requestReplay } from "@/lib/policies/replay/request-replay";
import { saveDraft } from "@/lib/policies/save-draft";
import { type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { withExamples } from "@/lib/testing/contracts/open-set";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { GroupName, Purpose } from "@/lib/vocabulary";
import { against, type Figure, line, median, millis } from "./measure";

const SUITE = "policies";
const DECISIONS = Number(process.env.BENCH_DECISIONS ?? 10_000);
const BATCH = 500;
const SIZES = [15, 60, 600] as const;
const ROLES = ["coordinator", "auditor", "regulator"] as const;

/** Returns a set with `count` policies: the default ones, and grants by role, purpose, group and approvals. */
function documentOf(count: number): PolicyDocument {
  const own = DEFAULT_DOCUMENT.policies.slice(0, count).map((policy) => ({ ...policy, examples: [] }));
  const more = Array.from({ length: Math.max(0, count - own.length) }, (_none, at) => {
    const [role, purpose] = [ROLES[at % 3], Purpose.options[Math.floor(at / 3) % 6]];
    const group = GroupName.options[Math.floor(at / 18) % 6];
    const text = `permit(principal in Role::"${role}", action == Action::"open", resource) when {
  context has grant && context.purpose == "${purpose}" && context.group == "${group}" && context.grant.approvals >= ${2 + (at % 4)} &&
  context.office.minute >= ${420 + at} && context.office.minute < ${1_020 + (at % 60)} };`;
    return { id: `more-${at}`, text, examples: [] };
  });
  return { ...DEFAULT_DOCUMENT, policies: [...own, ...more] };
}

const textsOf = ({ policies }: PolicyDocument) =>
  Object.fromEntries(policies.map(({ id, text }) => [id, text]));

/** Openings that are decided in turn. */
const FACTS = 300;

/** Returns the median time of one decision: by Cedar for a new question, and for a sequence of openings. */
function decisionFigures(): Figure[] {
  const facts = Array.from({ length: FACTS }, (_none, at) => randomFacts(at + 1));
  return SIZES.flatMap((size) => {
    const document = documentOf(size);
    const [cedar, set] = [new ParsedPolicies(textsOf(document)), preparePolicySet(document)];
    const timesOf = (work: (at: number) => void) =>
      facts.map((_one, at) => {
        const began = performance.now();
        work(at);
        return performance.now() - began;
      });
    const questions = facts.map((one) => openQuestions(one)("amount", "full"));
    const asked = timesOf((at) => {
      const question = questions[at];
      if (question !== undefined) cedar.decide(question);
    });
    const decide = (at: number) => {
      const one = facts[at];
      if (one !== undefined) decideOpening(one, set);
    };
    timesOf(decide);
    const goal = size > 60 ? 10 : 1;
    return [
      against(SUITE, `one question to Cedar, ${size} policies: p50`, {
        value: median(asked),
        limit: goal,
        unit: "ms",
      }),
      against(SUITE, `one decision, ${size} policies: p50`, {
        ...{ value: median(timesOf(decide)), limit: goal, unit: "ms" },
      }),
    ];
  });
}

/**
 * Returns the time of a proof with the start of its process: for a set against itself, and for a set that gives access
 * in one more minute of the day.
 */
async function proofFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const base = textsOf(documentOf(size));
    const wide = { ...base, "hours-auditor": base["hours-auditor"]?.replace("< 1020", "<= 1020") ?? "" };
    for (const [name, candidate, outcome] of [
      ["nothing gained", base, "proved"],
      ["one minute gained", wide, "counterexample"],
    ] as const) {
      const began = performance.now();
      const proof = await prove(base, candidate);
      const value = (performance.now() - began) / 1_000;
      if (proof.outcome !== outcome) throw new Error(`${name}, ${size}: ${JSON.stringify(proof.why)}`);
      figures.push(against(SUITE, `proof, ${size} policies, ${name}:`, { value, limit: 10, unit: "s" }));
    }
  }
  return figures;
}

/** Records decisions of random openings by the default set, as openings do. */
async function recordDecisions(who: BenchPerson): Promise<void> {
  for (let from = 1; from <= DECISIONS; from += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, DECISIONS - from + 1) }, (_none, at): AuditEvent => {
      const facts = randomFacts(from + at);
      const decision = decideOpening(facts, defaultSet());
      const { isAllowed, policies } = decision;
      const levels = decision.isAllowed ? decision.levels : {};
      const details = { facts: factsOf(facts), policy: defaultSet().version, policies, levels };
      return {
        ...{ class: "disclosure", action: "disclosure.open", subjects: [] },
        outcome: isAllowed ? "intent" : "denied",
        details: JSON.parse(JSON.stringify(details)),
      };
    });
    await inTransaction(who, (tx) => appendEntries(tx, who, events));
  }
}

async function runFigures(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  const bench = await createAccessBench({ server });
  try {
    await openBenchPolicies(bench.cx);
    const staff = { role: "coordinator", duties: ["compliance"], hasKey: false } as const;
    const anke = await bench.person({ ...staff, organisation: "operator" });
    await recordDecisions(anke);
    await bench.integrate();
    const portal = { ...bench.cx, logger: anke.logger, system: "portal" };
    const { number } = await createDraft(anke, { title: "Measured", reason: "for the bench" });
    const policies = DEFAULT_DOCUMENT.policies.map((one) => ({
      ...one,
      text: one.text.replace("< 1020", "< 960"),
    }));
    const document = withExamples({ ...DEFAULT_DOCUMENT, policies });
    await saveDraft(anke, number, { document }, undefined);
    const dry = await requestDryRun(anke, number);
    const dryMs = await millis(() => runNextPolicyRun(portal));
    const { result } = await getDryRun(anke, number, dry.id);
    const replay = await requestReplay(anke, {});
    const replayMs = await millis(() => runNextPolicyRun(portal));
    const replayed = (await getReplay(anke, replay.id)).result;
    if (result?.decisions.total !== DECISIONS || replayed?.same !== DECISIONS)
      throw new Error(`not all decisions were read: ${JSON.stringify([result?.decisions, replayed])}`);
    console.log(
      `policies ${DECISIONS} decisions: ${result.decisions.differ} differ in the dry run, 0 in the replay`,
    );
    return [
      against(SUITE, `dry run of ${DECISIONS} decisions, with the proof:`, {
        value: dryMs / 1_000,
        limit: 60,
        unit: "s",
      }),
      against(SUITE, `replay of ${DECISIONS} decisions:`, { value: replayMs / 1_000, limit: 60, unit: "s" }),
    ];
  } finally {
    await bench.close();
    await stop();
  }
}

/** Measures decisions, the proof, a dry run and a replay (issue "Policies a compliance officer can change, and prove"). */
export async function benchPolicies(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const part of [decisionFigures, proofFigures, runFigures]) {
    const found = await part();
    figures.push(...found);
    // The last part takes minutes.
    if (part !== runFigures) for (const figure of found) console.log(line(figure));
  }
  return figures;
}
