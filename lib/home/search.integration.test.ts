import { afterAll, beforeAll, expect, it } from "vitest";
import { getRequest } from "@/lib/access/requests/request-view";
import { anyRecord, readRecordNames } from "@/lib/home/record-names";
import { search, transactionsNamed } from "@/lib/home/search";
import type { FoundKind } from "@/lib/home/search-schema";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

const all = () => true;
const find = async (who: BenchPerson, text: string, may: (kind: FoundKind) => boolean = all) =>
  (await search(who, text, may)).items;

it("finds a request by its number, a part of it, its grant's number, its case number and its id", async () => {
  const id = await bench.file();
  const { reference, authorization } = await getRequest(bench.regulator, id);
  const expected = expect.objectContaining({ kind: "request", id, name: reference });
  const texts = [reference, reference.toLowerCase(), reference.replace("AR-", "GR-"), reference.slice(3), id];
  for (const text of texts) expect(await find(bench.legal, text), text).toContainEqual(expected);
  const byCase = async (who: BenchPerson) => {
    const items = await find(who, authorization?.case_number ?? "");
    return items.filter(({ kind }) => kind === "request");
  };
  expect(await byCase(bench.regulator)).not.toEqual([]);
  // A decider reads the order before they know its number.
  expect(await byCase(bench.legal)).toEqual([]);
});

it("shows nothing that the caller's own lists do not show", async () => {
  const id = await bench.file();
  const { reference } = await getRequest(bench.regulator, id);
  const other = {
    ...bench.regulator,
    principal: { ...bench.regulator.principal, userId: crypto.randomUUID() },
  };
  for (const text of [reference, id]) expect(await find(other, text), text).toEqual([]);
  expect(await find(bench.legal, reference, (kind) => kind !== "request")).toEqual([]);
});

it("finds a transaction by job and by id, a person and a participant by a part of the name, and a key", async () => {
  const [transaction] = (await find(bench.client, bench.transactions[0])).filter(
    ({ kind }) => kind === "transaction",
  );
  expect(transaction).toMatchObject({ id: bench.transactions[0], note: bench.transactions[0] });
  expect(await find(bench.client, transaction?.name ?? "")).toContainEqual(transaction);
  const { name } = bench.legal.principal;
  expect(await find(bench.legal, name.slice(1))).toContainEqual(
    expect.objectContaining({ kind: "person", name }),
  );
  const participant = bench.client.principal.participantId ?? "";
  const kinds = (await find(bench.legal, participant)).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["participant"]));
});

it("leads from a job, a request's reference and its case number to transactions that the caller may know of", async () => {
  const [expected] = bench.transactions;
  const { reference, authorization, jobs } = await getRequest(bench.regulator, await bench.file());
  const names = [jobs[0]?.job_id ?? "", reference, authorization?.case_number ?? ""];
  const led = async (who: BenchPerson, name: string) =>
    (await transactionsNamed(who, name)).items.map(({ id }) => id);
  for (const name of names) expect(await led(bench.regulator, name), name).toContain(expected);
  const stranger = await bench.person({ role: "client", hasKey: false });
  for (const name of names) expect(await led(stranger, name), name).toEqual([]);
  expect(await led(bench.regulator, "no such name")).toEqual([]);
});

it("one letter, a wildcard and an unknown id find nothing, and each kind is cut at five", async () => {
  for (const text of ["a", "%%", "__", crypto.randomUUID()])
    expect(await find(bench.legal, text), text).toEqual([]);
  for (let count = 0; count < 11; count += 1) await bench.file();
  const { items, more } = await search(bench.legal, "AR-", all);
  expect(items.filter(({ kind }) => kind === "request")).toHaveLength(5);
  expect(more).toContain("request");
  expect(await transactionsNamed(bench.regulator, "AR-")).toMatchObject({ hasMore: true });
});

it("records have their names for people who may read them, and for others none", async () => {
  const id = await bench.file();
  const { reference, transactions } = await getRequest(bench.regulator, id);
  const [job = ""] = transactions.map((one) => (typeof one === "string" ? one : ""));
  const names = async (who: BenchPerson) => {
    const known = await readRecordNames(who, [...anyRecord(id), ...anyRecord(job), ...anyRecord("no id")]);
    return [known.get(id), known.has(job)];
  };
  expect(await names(bench.regulator)).toEqual([reference, true]);
  const stranger = await bench.person({ role: "client", hasKey: false });
  expect(await names(stranger)).toEqual([undefined, false]);
});
