import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { listRequests, type RequestListQuery } from "@/lib/access/requests/list-requests";
import { NewDecision } from "@/lib/access/requests/schema";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";

let bench: AccessBench;

beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(async () => {
  await bench?.close();
});

async function ids(who: BenchPerson, query: Partial<RequestListQuery>): Promise<string[]> {
  return (await listRequests(who, { limit: 100, ...query })).items.map((item) => item.id);
}

describe("the list of requests", () => {
  it("the list shows as waiting exactly what the caller may decide or must answer", async () => {
    const { legal, approver, both, regulator, support } = bench;
    const id = await bench.file();
    const waiting = { waiting_for: "me" } as const;
    expect(await ids(legal, waiting)).toContain(id);
    for (const who of [approver, regulator, support]) expect(await ids(who, waiting)).not.toContain(id);
    await decideRequest(both, id, bench.approval("legal"));
    for (const who of [legal, both]) expect(await ids(who, waiting)).not.toContain(id);
    expect(await ids(approver, { view: "waiting" })).toContain(id);
    const ask = NewDecision.parse({ stage: "coordinator", decision: "ask", comment: "Which annex?" });
    await decideRequest(approver, id, ask);
    expect(await ids(approver, waiting)).not.toContain(id);
    expect(await ids(regulator, waiting)).toContain(id);
    await commentRequest(regulator, id, "Annex A");
    expect(await ids(approver, waiting)).toContain(id);
    await decideRequest(approver, id, bench.approval("coordinator"));
    expect(await ids(approver, { view: "decided" })).toContain(id);
    expect(await ids(approver, waiting)).not.toContain(id);
  });

  it("a view has the count of all its rows, and pages by deadline without gaps", async () => {
    const { legal } = bench;
    for (let n = 0; n < 3; n++) await bench.file();
    await bench.draft();
    const all = await listRequests(legal, { limit: 100, sort: "due" });
    expect(all.total).toBe(all.items.length);
    const dues = all.items.map((item) => item.due_at ?? "9999");
    expect(dues).toEqual([...dues].sort());
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRequests(legal, { limit: 2, sort: "due", cursor });
      paged.push(...page.items.map((item) => item.id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(all.items.map((item) => item.id));
    expect(all.items[0]).toMatchObject({ authority: { kind: "court_order", issuer: bench.order.issuer } });
  });

  it("the search finds by part of a reference and by purpose, and by nothing else", async () => {
    const { regulator } = bench;
    const id = await bench.file({ asked: { purpose: "compliance" } });
    const { items } = await listRequests(regulator, { limit: 100 });
    const reference = items.find((item) => item.id === id)?.reference ?? "";
    expect(await ids(regulator, { reference: reference.toLowerCase() })).toEqual([id]);
    expect(await ids(regulator, { reference: reference.slice(-3) })).toContain(id);
    expect(await ids(regulator, { reference, purpose: "compliance" })).toEqual([id]);
    expect(await ids(regulator, { reference, purpose: "audit" })).toEqual([]);
  });

  it("each officer sees only their own requests, in every view", async () => {
    const id = await bench.file();
    for (const view of ["mine", "waiting", "decided", "all"] as const) {
      expect(await ids(bench.auditor, { view })).not.toContain(id);
    }
    expect(await ids(bench.regulator, { view: "mine" })).toContain(id);
  });
});
