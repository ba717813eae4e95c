import { fork } from "node:child_process";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { activateSet } from "@/lib/policies/activate-set";
import { createDraft } from "@/lib/policies/create-draft";
import { getActiveSet, getSet } from "@/lib/policies/get-set";
import { saveDraft } from "@/lib/policies/save-draft";
import { decideSet, submitSet } from "@/lib/policies/submit-set";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { withExamples } from "@/lib/testing/contracts/open-set";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
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
  }));
  return withExamples({ ...document, policies });
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
        ...{ entry_id: expect.any(String), at: expect.any(String), request_id: null },
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

  it("of shorter periods says what the log would lose, and of the same periods nothing", async () => {
    const made = await createDraft(anke, { title: "Shorter periods", reason: "for a test" });
    const { document } = await getActiveSet(anke);
    const { settings } = document;
    const retention = { ...settings.retention, classes: { "*": 2_555, disclosure: 1_461 } };
    await saveDraft(
      anke,
      made.number,
      { document: { ...document, settings: { ...settings, retention } } },
      undefined,
    );
    const { result } = await finished(made.number);
    expect(result?.retention.changes).toMatchObject([
      { kind: "class", name: "disclosure", before: 2_555, after: 1_461, removes: 0 },
    ]);
    expect(Date.parse(result?.retention.changes[0]?.first_at ?? "")).toBeGreaterThan(Date.now());
    const same = await finished(await draft("hours-auditor", "< 1020", "< 980"));
    expect(same.result?.retention).toEqual({ changes: [] });
  });

  it("of rules that name more times than memory holds fails with a clear word, and the portal goes on", async () => {
    const made = await createDraft(anke, { title: "Too many times", reason: "for a test" });
    const { document } = await getActiveSet(anke);
    const text = (at: number) =>
      `forbid(principal in Role::"admin", action == Action::"open", resource) when {
        context.office.minute == ${at} && context.day == ${20_270_101 + at} && context.factorMinutes == ${at * 3} };`;
    const many = Array.from({ length: 400 }, (_, at) => ({ id: `many-${at}`, text: text(at), examples: [] }));
    const large = withExamples({ ...document, policies: [...document.policies, ...many] });
    await saveDraft(anke, made.number, { document: large }, undefined);
    expect(await finished(made.number)).toMatchObject({
      ...{ state: "failed", error: expect.stringContaining("too many different minutes") },
    });
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

describe("a dry run whose portal ends", () => {
  /** The same portal after the lease of another one has ended. */
  const later = () => {
    const at = Date.now() + 60_000;
    return { ...portal(), clock: { ...bench.cx.clock, now: () => new Date(at), nowMs: () => at } };
  };

  it("is made by the next portal after a kill, with its whole result", async () => {
    const number = await draft("age-auditor", "1825", "1003");
    const { id } = await requestDryRun(anke, number);
    const rival = new Client({ connectionString: bench.database.adminUrl });
    await rival.connect();
    await rival.query("BEGIN");
    // The comparison of grants waits for this lock, and so does the process.
    await rival.query("LOCK TABLE access_grant IN ACCESS EXCLUSIVE MODE");
    const child = fork(
      "lib/testing/children/policy-run-child.ts",
      [bench.keyDir, bench.database.appUrl, JSON.stringify(bench.cx.instance)],
      { execArgv: ["--import", "tsx", "--conditions=react-server"] },
    );
    const exited = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await rival.end();
    });
    const isStuck = async () => {
      const { rows } = await bench.query(
        `SELECT 1 FROM pg_stat_activity WHERE pid IN (${LOCK_WAITS}) AND query LIKE '%access_grant%'`,
        [],
      );
      return rows.length > 0;
    };
    await expect.poll(isStuck, { timeout: 150_000 }).toBe(true);
    child.kill("SIGKILL");
    expect(await exited).toBe("SIGKILL");
    await rival.query("ROLLBACK");
    expect(await getDryRun(anke, number, id)).toMatchObject({ state: "running", result: null });
    expect(await runNextPolicyRun(portal())).toBe(false);
    expect(await runNextPolicyRun(later())).toBe(true);
    expect(await getDryRun(anke, number, id)).toMatchObject({ state: "done", result: { people_lose: 0 } });
  });

  it("fails with a clear word after three portals ended", async () => {
    const number = await draft("age-auditor", "1825", "1004");
    const { id } = await requestDryRun(anke, number);
    await bench.query(
      "UPDATE policy_run SET state = 'running', attempt = 3, started_at = now(), lease_until = now() WHERE id = $1",
      [id],
    );
    expect(await runNextPolicyRun(later())).toBe(true);
    expect(await getDryRun(anke, number, id)).toMatchObject({
      ...{ state: "failed", error: "Three portals ended during this run. Start it again." },
    });
  });

  it("stores nothing where the run was cancelled meanwhile", async () => {
    const number = await draft("age-auditor", "1825", "1005");
    const { id } = await requestDryRun(anke, number);
    const entries = await bench.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'policy.dry_run'",
      [],
    );
    const cancelling = { ...portal() };
    const run = runNextPolicyRun(cancelling);
    await expect.poll(async () => (await getDryRun(anke, number, id)).state).toBe("running");
    await cancelDryRun(anke, number, id);
    expect(await run).toBe(true);
    expect(await getDryRun(anke, number, id)).toMatchObject({ state: "cancelled", result: null });
    const after = await bench.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'policy.dry_run'",
      [],
    );
    // Only the act of cancelling is recorded.
    expect(Reflect.get(Object(after.rows[0]), "n")).toBe(
      Number(Reflect.get(Object(entries.rows[0]), "n")) + 1,
    );
  });
});

describe("rows of a result", () => {
  it("are for people who write policies: of a set in force an auditor reads the counts, of a draft nothing", async () => {
    const { items } = await listDryRuns(anke, 2);
    const id = items[0]?.id ?? "";
    expect(await getDryRun(anke, 2, id)).toMatchObject({ are_rows_withheld: false });
    expect(await outcomeOf(getDryRun(bench.auditor, 2, id))).toBe("access.forbidden");
    expect(await outcomeOf(listDryRuns(bench.auditor, 2))).toBe("access.forbidden");
    const question = { number: 2, id, action: "open" } as const;
    expect(await outcomeOf(downloadQuestion(bench.auditor, question))).toBe("access.forbidden");
    const { revision } = await getSet(anke, 2);
    await decideSet(bench.approver, 2, { decision: "approve", reason: "read", revision });
    await activateSet(anke, 2);
    expect(await getDryRun(bench.auditor, 2, id)).toMatchObject({
      ...{ are_rows_withheld: true, people: {} },
      result: { people_lose: 1, losers: [], past: [] },
    });
  });
});
