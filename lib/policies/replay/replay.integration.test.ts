import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening } from "@/lib/access/rules/decide";
import { readFacts } from "@/lib/access/rules/read-facts";
import { factsOf } from "@/lib/access/rules/recorded-facts";
import { recordEvent } from "@/lib/audit/record/record-event";
import { runNextPolicyRun } from "@/lib/policies/dry-run/run-next";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { cancelReplay, getReplay, requestReplay } from "./request-replay";

let bench: AccessBench;
let anke: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  await openBenchPolicies(bench.cx);
  anke = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisation: "operator",
  });
});
afterAll(() => bench?.close());

const alarms: unknown[] = [];
const portal = () => ({
  ...bench.cx,
  logger: Object.assign(Object.create(anke.logger), { error: (what: unknown) => alarms.push(what) }),
  system: "portal",
});

async function replayed(period: { from?: string; to?: string } = {}) {
  await bench.integrate();
  const { id } = await requestReplay(anke, period);
  expect(await runNextPolicyRun(portal())).toBe(true);
  return getReplay(anke, id);
}

/** Records a decision as an opening does, with this outcome and version. */
async function record(
  seed: number,
  given: { outcome?: "intent" | "denied"; policy?: string; facts?: object; levels?: object } = {},
) {
  const facts = factsOf(randomFacts(seed));
  const read = readFacts(facts);
  if (read === undefined) throw new Error("unreadable facts");
  const decision = decideOpening(read, defaultSet());
  const details = {
    ...{ facts: given.facts ?? facts, policy: given.policy ?? defaultSet().version },
    policies: [...decision.policies],
    levels: given.levels ?? (decision.isAllowed ? decision.levels : {}),
  };
  await recordEvent(anke, {
    ...{ class: "disclosure", action: "disclosure.open", subjects: [] },
    outcome: given.outcome ?? (decision.isAllowed ? "intent" : "denied"),
    details: JSON.parse(JSON.stringify(details)),
  });
}

describe("a replay", () => {
  it("decides real openings and refusals as they were decided", async () => {
    const id = await bench.file({});
    await decideRequest(bench.legal, id, bench.approval("legal"));
    await decideRequest(bench.approver, id, bench.approval("coordinator"));
    const [transaction] = bench.transactions;
    await openTransaction(bench.client, transaction, { purpose: "settlement" });
    expect(await outcomeOf(openTransaction(bench.client, transaction, { purpose: "audit" }))).toBe(
      "access.purpose",
    );
    const run = await replayed();
    expect(run).toMatchObject({ state: "done", result: { differ: 0, other_build: 0, unreadable: 0 } });
    expect(run.result?.same).toBeGreaterThan(0);
    expect(run.result?.same).toBe(run.result?.total);
  });

  it("decides 200 random decisions as they were decided, of both outcomes", async () => {
    for (let seed = 1; seed <= 200; seed += 1) await record(seed);
    const { result } = await replayed();
    expect(result).toMatchObject({ differ: 0, unreadable: 0, other_build: 0 });
    expect(result?.total).toBeGreaterThanOrEqual(200);
    expect(alarms).toEqual([]);
  });

  it("lists a decision that its set would make otherwise, and raises an alarm", async () => {
    const from = new Date().toISOString();
    const seed = Array.from({ length: 500 }, (_none, at) => at + 1).find(
      (one) => decideOpening(randomFacts(one), defaultSet()).isAllowed,
    );
    await record(seed ?? 0, { outcome: "denied" });
    const { result, ...run } = await replayed({ from });
    expect(run).toMatchObject({ state: "done", are_rows_withheld: false });
    expect(result).toMatchObject({ total: 1, same: 0, differ: 1 });
    expect(result?.differences[0]).toMatchObject({
      ...{ number: 1, recorded: { outcome: "refused" }, replayed: { outcome: "allowed" } },
    });
    expect(alarms).toEqual([expect.objectContaining({ alarm: "policy.replay", differ: 1 })]);
  });

  it("lists an opening that is recorded at another level than its set gives", async () => {
    const from = new Date().toISOString();
    const seed = Array.from({ length: 500 }, (_none, at) => at + 1).find((one) => {
      const decision = decideOpening(randomFacts(one), defaultSet());
      return decision.isAllowed && Object.values(decision.levels).includes("masked");
    });
    const decision = decideOpening(randomFacts(seed ?? 0), defaultSet());
    const groups = decision.isAllowed ? decision.groups : [];
    await record(seed ?? 0, { levels: Object.fromEntries(groups.map((group) => [group, "full"])) });
    const { result } = await replayed({ from });
    expect(result).toMatchObject({ total: 1, same: 0, differ: 1 });
    expect(Object.values(result?.differences[0]?.replayed.levels ?? {})).toContain("masked");
  });

  it("counts decisions of another build and unreadable facts apart", async () => {
    const from = new Date().toISOString();
    await record(1, { policy: "another-version" });
    await record(2, { facts: { format: 2 } });
    const { result } = await replayed({ from });
    expect(result).toMatchObject({ total: 2, same: 0, differ: 0, other_build: 1, unreadable: 1 });
  });

  it("fails where a set's text was altered, because no decision can be compared with it", async () => {
    const switched = (how: string) =>
      Promise.all(
        ["policy_set_guard", "policy_set_complete"].map((name) =>
          bench.query(`ALTER TABLE policy_set ${how} TRIGGER ${name}`, []),
        ),
      );
    const alter = (from: string, to: string) =>
      bench.query("UPDATE policy_set SET document = replace(document, $1, $2) WHERE number = 1", [from, to]);
    await switched("DISABLE");
    await alter("1825", "9825");
    expect(await replayed()).toMatchObject({
      ...{ state: "failed", error: "The text of version 1 was altered in the database." },
    });
    await alter("9825", "1825");
    await switched("ENABLE ALWAYS");
  });

  it("can be cancelled once, by people who write policies", async () => {
    expect(await outcomeOf(requestReplay(bench.regulator, {}))).toBe("access.forbidden");
    const { id } = await requestReplay(anke, {});
    expect(await cancelReplay(anke, id)).toMatchObject({ state: "cancelled" });
    expect(await outcomeOf(cancelReplay(anke, id))).toBe("policy.run-ended");
    expect(await outcomeOf(getReplay(anke, "01931c2e-0000-7000-8000-000000000000"))).toBe(
      "policy.run-not-found",
    );
  });
});
