import { afterAll, beforeAll, expect, it } from "vitest";
import { getCase } from "@/lib/access/cases/get-case";
import { listCases } from "@/lib/access/cases/list-cases";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { search } from "@/lib/home/search";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

const casesOf = async (who: BenchPerson, q?: string) => (await listCases(who, { limit: 50, q })).items;
const codeOf = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;
let made = 0;
/** A case number that no other test uses. */
const newNumber = (): string => {
  made += 1;
  return `7 O ${made}${made}/26`;
};

/** Files a request with an order of this number, and returns the officer's case. */
async function fileCase(case_number: string, who: BenchPerson = bench.regulator) {
  const request = await bench.file({ who, order: { case_number } });
  const [found] = await casesOf(who, case_number);
  if (found === undefined) throw new Error("the case is not listed");
  return { request, ...found };
}

it("requests of one agency with one order are one case, however its number is typed", async () => {
  const number = newNumber();
  const first = await fileCase(number);
  expect(first).toMatchObject({ state: "deciding", requests_count: 1, issuer: "Landgericht Berlin" });
  const again = await fileCase(number.toLowerCase().replaceAll(" ", "-"));
  expect(again).toMatchObject({ id: first.id, requests_count: 2 });
  expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const detail = await getCase(bench.regulator, first.id);
  expect(detail.requests.map(({ id }) => id)).toEqual([first.request, again.request]);
  expect(detail.records.map(({ standing }) => standing)).toEqual(["asked", "asked"]);
});

it("the same number of another issuer or another agency is another case", async () => {
  const number = newNumber();
  const first = await fileCase(number);
  await bench.file({ order: { case_number: number, issuer: "Landgericht Hamburg" } });
  const ids = (await casesOf(bench.regulator, number)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  const other = await fileCase(number, bench.auditor);
  expect(ids).toContain(first.id);
  expect(ids).not.toContain(other.id);
});

it("a case of another person and a case that does not exist are answered alike", async () => {
  const { id } = await fileCase(newNumber());
  for (const who of [bench.auditor, bench.support])
    expect(await codeOf(getCase(who, id))).toBe("case.not-found");
  expect(await codeOf(getCase(bench.regulator, crypto.randomUUID()))).toBe("case.not-found");
});

it("an approver does not see a case before they have decided on its request", async () => {
  const number = newNumber();
  const { id, request } = await fileCase(number);
  for (const who of [bench.legal, bench.approver, bench.both])
    expect(await casesOf(who, number), who.principal.handle).toEqual([]);
  expect(await codeOf(getCase(bench.legal, id))).toBe("case.not-found");
  const { items } = await search(bench.legal, number, (kind) => kind === "case");
  expect(items).toEqual([]);
  const confirms = { ...bench.approval("legal").confirms, case_number: number };
  await decideRequest(bench.legal, request, bench.approval("legal", { confirms }));
  expect(await getCase(bench.legal, id)).toMatchObject({ id, case_number: number });
  expect(await casesOf(bench.approver, number)).toEqual([]);
  await decideRequest(bench.approver, request, bench.approval("coordinator", { confirms }));
  // The request is decided, so reviewers who did not decide on it may see the case too.
  const known = await casesOf(bench.second, number);
  expect(known).toMatchObject([{ id, requests_count: 1 }]);
  // A new request changes nothing here: if the case vanished, that would show which order it rests on.
  await bench.file({ order: { case_number: number } });
  expect(await casesOf(bench.second, number)).toEqual(known);
  expect((await getCase(bench.second, id)).requests).toHaveLength(1);
});

it("shows decisions, messages, the grant and the hold in one timeline, each with its entry of the log", async () => {
  const number = newNumber();
  const { id, request } = await fileCase(number);
  const confirms = { ...bench.approval("legal").confirms, case_number: number };
  await commentRequest(bench.regulator, request, "Annex A, both pages.");
  await decideRequest(bench.legal, request, bench.approval("legal", { confirms }));
  await decideRequest(bench.approver, request, bench.approval("coordinator", { confirms }));
  const hold = { transactions: [bench.transactions[0]], reason: "Examination" };
  await preserveTransactions(bench.regulator, NewPreservation.parse(hold));
  await bench.integrate();
  const shown = await getCase(bench.regulator, id);
  expect(shown).toMatchObject({ state: "in_force", case_number: number });
  expect(shown.grants).toHaveLength(1);
  expect(shown.holds).toHaveLength(1);
  expect(shown.records.map(({ standing }) => standing)).toEqual(["granted", "granted"]);
  expect(shown.records[0]?.held_until).toBe(shown.holds[0]?.until);
  const kinds = shown.timeline.map(({ kind }) => kind);
  expect(kinds).toEqual(
    expect.arrayContaining(["create", "submit", "comment", "approve", "activate", "hold"]),
  );
  for (const event of shown.timeline) expect(event.entry?.seq, event.kind).toEqual(expect.any(Number));
  const entries = shown.timeline.map(({ entry }) => entry?.seq);
  expect(new Set(entries).size).toBe(entries.length);
  expect(shown.people.map(({ part }) => part).sort()).toEqual(["coordinator", "legal", "officer"]);
});

it("the hold of one agency is not in the case of another", async () => {
  const { id } = await fileCase(newNumber(), bench.auditor);
  const hold = { transactions: [bench.transactions[1]], reason: "Examination" };
  await preserveTransactions(bench.regulator, NewPreservation.parse(hold));
  const shown = await getCase(bench.auditor, id);
  expect(shown.holds).toEqual([]);
  expect(shown.records.every(({ held_until }) => held_until === undefined)).toBe(true);
});

it("find leads from a part of the number, without its spaces, to the case", async () => {
  const number = newNumber();
  const { id } = await fileCase(number);
  const text = number.replaceAll(" ", "").toLowerCase().slice(0, -3);
  const { items } = await search(bench.regulator, text, (kind) => kind === "case");
  expect(items).toContainEqual({ kind: "case", id, name: number, note: "Landgericht Berlin" });
  for (const nothing of ["--", "%%", "//"])
    expect((await search(bench.regulator, nothing, (kind) => kind === "case")).items, nothing).toEqual([]);
});

it("pages follow each other without a gap", async () => {
  const first = await listCases(bench.regulator, { limit: 2 });
  const second = await listCases(bench.regulator, { limit: 2, cursor: first.next_cursor ?? "" });
  const both = [...first.items, ...second.items].map(({ id }) => id);
  const all = (await casesOf(bench.regulator)).map(({ id }) => id);
  expect(both).toEqual(all.slice(0, 4));
  expect(first.total).toBe(all.length);
});
