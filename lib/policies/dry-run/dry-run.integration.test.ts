import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { createDraft } from "@/lib/policies/create-draft";
import { getActiveSet } from "@/lib/policies/get-set";
import { saveDraft } from "@/lib/policies/save-draft";
import { submitSet } from "@/lib/policies/submit-set";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { cancelDryRun, downloadQuestion, getDryRun, listDryRuns, requestDryRun } from "./request-dry-run";
import { runNextPolicyRun } from "./run-next";

let bench: AccessBench;
let anke: BenchPerson;
let grant: string;

async function grantFor(who: BenchPerson): Promise<string> {
  const id = await bench.file({ who });
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const { grant_id } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
  if (grant_id === undefined || grant_id === null) throw new Error("no grant");
  return grant_id;
}

beforeAll(async () => {
  bench = await createAccessBench();
  await openBenchPolicies(bench.cx);
  anke = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisation: "operator",
  });
  grant = await grantFor(bench.auditor);
  await grantFor(bench.regulator);
  const [transaction] = bench.transactions;
  for (let n = 0; n < 3; n += 1)
    await openTransaction(bench.client, transaction, { purpose: n === 0 ? "dispute" : "settlement" });
  await bench.integrate();
});
afterAll(() => bench?.close());

const portal = () => ({ ...bench.cx, logger: anke.logger, system: "portal" });

/** Changes the text of one policy of the active document; without the examples, which hold for the former text. */
function changed({ document }: { readonly document: PolicyDocument }, id: string, from: string, to: string) {
  const policies = document.policies.map((one) => ({
    ...one,
    text: one.id === id ? one.text.replace(from, to) : one.text,
    examples: [],
  }));
  return { ...document, policies };
}

async function draft(id: string, from: string, to: string): Promise<number> {
  const made = await createDraft(anke, { title: "Another set", reason: "for a test" });
  await saveDraft(
    anke,
    made.number,
    { document: changed(await getActiveSet(anke), id, from, to) },
    undefined,
  );
  return made.number;
}

async function finished(number: number) {
  const { id } = await requestDryRun(anke, number);
  expect(await runNextPolicyRun(portal())).toBe(true);
  return getDryRun(anke, number, id);
}

describe("a dry run", () => {
  it("of fewer hours names the auditor who loses, and proves that no one gains", async () => {
    const number = await draft("hours-auditor", "< 1020", "< 960");
    const run = await finished(number);
    expect(run).toMatchObject({ state: "done", is_current: true, error: null });
    expect(run.done).toBe(run.total);
    const { result } = run;
    expect(result).toMatchObject({
      ...{ base: 1, people_lose: 1, people_gain: 0, grants_narrower: 1, gainers: [] },
      ...{ decisions: { differ: 0, unreadable: 0 }, proof: { outcome: "proved" } },
    });
    expect(result?.losers[0]).toMatchObject({
      ...{ user_id: bench.auditor.principal.userId, grant_id: grant, policies: ["hours-auditor"] },
      ...{ before: "full", after: "none", in_part: true, when: { weekday: 3, minute: 960 } },
    });
    expect(run.people[bench.auditor.principal.userId]).toBe(bench.auditor.principal.name);
    expect(await submitSet(anke, number, undefined)).toMatchObject({ gains: false });
  });

  it("decides recorded openings again, and lists those that would be refused", async () => {
    const { result } = await finished(await draft("client-own", '"dispute", ', ""));
    expect(result?.decisions).toMatchObject({ differ: 1, unreadable: 0 });
    expect(result?.decisions.total).toBeGreaterThanOrEqual(3);
    expect(result?.past).toEqual([
      {
        ...{ entry_id: expect.any(String), at: expect.any(String) },
        before: expect.objectContaining({ outcome: "allowed", policies: ["client-own"] }),
        after: expect.objectContaining({ outcome: "refused" }),
      },
    ]);
    expect(result?.losers.map(({ purpose }) => purpose)).toContain("dispute");
  });

  it("of a wider set names who gains and a counterexample, and answers the solver's question", async () => {
    const number = await draft("miner-own", '"settlement"', '"settlement" || context.isParty');
    const { id, result } = await finished(number);
    expect(result?.proof).toMatchObject({
      ...{ outcome: "counterexample", counterexample: { policies: ["miner-own"] } },
    });
    const { response } = await downloadQuestion(anke, { number, id, action: "open" });
    expect(await response.text()).toContain("(check-sat)");
  });

  it("is listed without its result, and read by those who read policies", async () => {
    const { items } = await listDryRuns(anke, 2);
    expect(items[0]).toMatchObject({ number: 2, state: "done" });
    expect(items[0]).not.toHaveProperty("result");
    expect(await outcomeOf(listDryRuns(bench.regulator, 2))).toBe("access.forbidden");
    expect(await outcomeOf(requestDryRun(bench.auditor, 2))).toBe("access.forbidden");
  });
});

describe("a dry run that waits", () => {
  it("is the only one of its set, and can be cancelled once", async () => {
    const number = await draft("age-auditor", "1825", "1000");
    const { id } = await requestDryRun(anke, number);
    expect(await outcomeOf(requestDryRun(anke, number))).toBe("policy.run");
    expect(await cancelDryRun(anke, number, id)).toMatchObject({ state: "cancelled", result: null });
    expect(await outcomeOf(cancelDryRun(anke, number, id))).toBe("policy.run-ended");
    expect(await runNextPolicyRun(portal())).toBe(false);
  });

  it("fails with a clear word where the draft changed before it began", async () => {
    const number = await draft("age-auditor", "1825", "1001");
    const { id } = await requestDryRun(anke, number);
    const active = await getActiveSet(anke);
    await saveDraft(anke, number, { document: changed(active, "age-auditor", "1825", "1002") }, undefined);
    expect(await runNextPolicyRun(portal())).toBe(true);
    expect(await getDryRun(anke, number, id)).toMatchObject({
      ...{ state: "failed", error: "The draft was changed before this run began. Start a new dry run." },
    });
  });
});
