import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { countDecidedBy } from "@/lib/policies/decided-by";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

const DAY_MS = 86_400_000;
let bench: AccessBench;
let anke: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  anke = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisation: "operator",
  });
});
afterAll(() => bench?.close());

/** The reader some time from now: decisions are counted when their entries are in the log. */
const later = (ms: number): BenchPerson => {
  const nowMs = () => Date.now() + ms;
  return { ...anke, clock: { ...anke.clock, nowMs, now: () => new Date(nowMs()) } };
};

it("counts each decision once by the rules that decided it, and forgets it after 30 days", async () => {
  const [transaction] = bench.transactions;
  const open = () => openTransaction(bench.client, transaction, { purpose: "settlement" });
  expect((await countDecidedBy(anke)).counts.size).toBe(0);
  await open();
  await open();
  await bench.integrate();
  for (const minutes of [5, 6, 7]) {
    const { counts, isWhole } = await countDecidedBy(later(minutes * 60_000));
    expect([counts.get("client-own"), counts.get("auditor-grant"), isWhole]).toEqual([2, undefined, true]);
  }
  expect((await countDecidedBy(later(31 * DAY_MS))).counts.size).toBe(0);
  expect(await outcomeOf(countDecidedBy(bench.client))).toBe("access.forbidden");
});

it("does not count the openings of a request that is sealed from the reader", async () => {
  const near = await bench.person({
    ...{ role: "coordinator", duties: ["compliance"], hasKey: false },
    organisationId: bench.client.principal.organisationId,
  });
  const until = new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10);
  const id = await bench.file({ order: { sealed: { basis: "Section 101", until } } });
  await decideRequest(bench.legal, id, bench.approval("legal"));
  const { grant_id } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
  const [transaction] = bench.transactions;
  await openTransaction(bench.regulator, transaction, { purpose: "audit", grant_id });
  await bench.integrate();
  // The test before looked a month ahead: the clock was set back since.
  const all = async (who: BenchPerson) => {
    const { counts } = await countDecidedBy({ ...later(10 * 60_000), principal: who.principal });
    return [...counts].reduce((total, [, times]) => total + times, 0);
  };
  expect((await all(anke)) - (await all(near))).toBeGreaterThan(0);
});
