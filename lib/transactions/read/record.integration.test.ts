import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { changeRequest, createRequest } from "@/lib/api-client/operations/access";
import { preserveTransactions as preserveCall } from "@/lib/api-client/operations/preservations";
import { getTransaction, listTransactions } from "@/lib/api-client/operations/transactions";
import { withRecordIds } from "@/lib/http/endpoint/record-names";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { hold, submit } from "@/lib/testing/benches/client-held-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { listForReader } from "@/lib/transactions/read/list-for-reader";
import { readRecord } from "@/lib/transactions/read/read-record";
import { NO_RECORD, recordNamed, recordsNamed } from "@/lib/transactions/read/record-name";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench?.close());

describe("a record whose key a party's program holds", () => {
  it("is said to be held in record and list, for that party alone: the portal cannot open it", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const other = await bench.person({ role: "miner" });
    const { keyId } = await hold(owner);
    const id = await submit(owner, other);
    expect((await readRecord(owner, id)).heldKey).toBe(keyId);
    expect((await readRecord(other, id)).heldKey).toBeUndefined();
    const isHeld = async (who: BenchPerson) =>
      (await listForReader(who, {}, false)).rows.find(({ view }) => view.transaction_id === id)?.isHeld;
    expect([await isHeld(owner), await isHeld(other), await isHeld(bench.legal)]).toEqual([
      true,
      false,
      false,
    ]);
    const opening = openTransaction(owner, id, { purpose: "settlement", fields: ["amount"] });
    expect((await refusalOf(opening)).code).toMatch(/^key\./);
  });
});

describe("a legal hold on a record", () => {
  it("is shown to those who may know of it, with its person to their own organisation", async () => {
    const [id] = bench.transactions;
    const { until } = await preserveTransactions(bench.auditor, { transactions: [id], reason: "A case" });
    const of = async (who: BenchPerson) => (await readRecord(who, id)).hold;
    expect(await of(bench.auditor)).toEqual({ until, person: bench.auditor.principal.name });
    expect(await of(bench.legal)).toEqual({ until });
    for (const who of [bench.regulator, bench.client, bench.support, bench.approver])
      expect([who.principal.handle, await of(who)]).toEqual([who.principal.handle, undefined]);
    expect((await readRecord(bench.auditor, bench.transactions[1])).hold).toBeUndefined();
  });
});

describe("a job's name in the place of an id", () => {
  const create = async (job_id: string) => {
    const body = {
      job_id,
      amount: "1",
      currency: "EUR",
      participants: [bench.client.principal.participantId],
    };
    return (await submitTransaction(bench.client, NewTransaction.parse(body))).transaction_id;
  };

  it("names its one record, no record of others, and several only by their ids", async () => {
    const id = await create("job 88-1402");
    const stranger = await bench.person({ role: "client" });
    expect(await recordNamed(bench.client, "job 88-1402")).toBe(id);
    expect(await recordNamed(bench.legal, "job 88-1402")).toBe(id);
    expect(await recordNamed(stranger, "job 88-1402")).toBe(NO_RECORD);
    expect(await recordNamed(bench.client, id)).toBe(id);
    const twice = await create("job 88-1402");
    expect([...(await recordsNamed(bench.client, "job 88-1402"))].sort()).toEqual([id, twice].sort());
    const refused = await refusalOf(recordNamed(bench.client, "job 88-1402"));
    expect(refused).toMatchObject({ code: "transaction.several" });
    expect(refused.detail).toContain(id);
    expect(await outcomeOf(recordNamed(stranger, "job 88-1402"))).toBe("done");
  });

  it("becomes the id in path, query and body of a call", async () => {
    const id = await create("job-path");
    const input = {
      params: { id: "job-path" },
      query: { transaction_id: "job-path" },
      body: { transactions: ["job-path", id], transaction_id: "job-path", note: "job-path" },
      files: {},
    };
    const named = { query: { transaction_id: id }, files: {} };
    const body = { transaction_id: id, note: "job-path" };
    expect(await withRecordIds(bench.client, getTransaction, input)).toEqual({
      ...named,
      params: { id },
      body: { ...body, transactions: ["job-path", id] },
    });
    for (const operation of [createRequest, changeRequest, preserveCall])
      expect((await withRecordIds(bench.client, operation, input)).body).toEqual({
        ...body,
        transactions: [id, id],
      });
    const elsewhere = { ...input, query: {}, body: {}, params: { id: "job-path" } };
    expect((await withRecordIds(bench.client, listTransactions, elsewhere)).params).toEqual(elsewhere.params);
  });
});
