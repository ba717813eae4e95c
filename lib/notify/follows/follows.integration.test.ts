import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listCases } from "@/lib/access/cases/list-cases";
import { CaseQuery } from "@/lib/access/cases/schema";
import { uuidv7 } from "@/lib/crypto/uuid";
import { beginFollow, endFollow, followOf, listFollows } from "@/lib/notify/follows/follows";
import type { FollowKind } from "@/lib/notify/follows/schema";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  approvedRequest,
  createRequestBench,
  newTransaction,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { AuditBody } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/status/set-status";

let bench: RequestBench;
let grantId: string;
let requestId: string;
let caseId: string;
beforeAll(async () => {
  bench = await createRequestBench([{ role: "client", hasKey: true }]);
  ({ grantId, requestId } = await approvedRequest(bench, { maxViews: 20 }));
  caseId = (await listCases(bench.regulator, CaseQuery.parse({}))).items[0]?.id ?? "";
});
afterAll(() => bench.close());

const tell = async () => {
  while ((await sendNotifications({ ...bench.cx, caseKey: bench.regulator.caseKey, hasMail: false })) > 0);
};
beforeEach(tell);

/** States of a thing that a person was notified of, oldest first. */
async function statesOf(who: RequestPerson, subject: string): Promise<string[]> {
  const { items } = await listNotifications(who, NotificationQuery.parse({ limit: "500" }));
  return items.toReversed().flatMap((one) => (one.subject === subject ? one.state : []));
}

async function open(): Promise<void> {
  const body = AuditBody.parse({ purpose: "audit", grant_id: grantId, fields: ["amount"] });
  await openTransaction(bench.regulator, bench.txId, body);
  await tell();
}

describe("an opening under a grant", () => {
  it.each(["case", "request", "transaction"] as const)(
    "is reported to a person who follows its %s, and not to others or to the person who opened",
    async (kind: FollowKind) => {
      const subject = { case: caseId, request: requestId, transaction: bench.txId }[kind];
      const before = await statesOf(bench.legal, grantId);
      const others = [bench.approver, bench.regulator];
      const told = await Promise.all(others.map((one) => statesOf(one, grantId)));
      const { id } = await beginFollow(bench.legal, { kind, subject });
      await beginFollow(bench.regulator, { kind, subject });
      await open();
      expect(await statesOf(bench.legal, grantId)).toEqual([...before, "opened"]);
      expect(await Promise.all(others.map((one) => statesOf(one, grantId)))).toEqual(told);
      await endFollow(bench.legal, id);
      await open();
      expect(await statesOf(bench.legal, grantId)).toEqual([...before, "opened"]);
    },
  );

  it("is not reported to a follower who may not read the grant", async () => {
    const [client] = bench.more;
    if (client === undefined) throw new TypeError("no client");
    const own = await newTransaction(client);
    await beginFollow(client, { kind: "transaction", subject: own });
    const under = await approvedRequest(bench, { transactions: [own] });
    const body = AuditBody.parse({ purpose: "audit", grant_id: under.grantId, fields: ["amount"] });
    await openTransaction(bench.regulator, own, body);
    await tell();
    expect(await statesOf(client, under.grantId)).toEqual([]);
  });
});

describe("a record", () => {
  it("that is followed reports each change of its state, with the job as its name", async () => {
    const [client] = bench.more;
    if (client === undefined) throw new TypeError("no client");
    const id = await newTransaction(client);
    await beginFollow(bench.support, { kind: "transaction", subject: id });
    await beginFollow(client, { kind: "transaction", subject: id });
    await setStatus(client, id, { status: "processing" });
    await tell();
    const { items } = await listNotifications(bench.support, NotificationQuery.parse({}));
    expect(items[0]).toMatchObject({ kind: "transaction", subject: id, reference: "job-1" });
    expect(await statesOf(bench.support, id)).toEqual(["processing"]);
    expect([await statesOf(client, id), await statesOf(bench.legal, id)]).toEqual([[], []]);
  });
});

describe("what a person follows", () => {
  it("is a thing that they may know of; others are refused as unknown ones are", async () => {
    const [client] = bench.more;
    if (client === undefined) throw new TypeError("no client");
    const refusal = (kind: FollowKind, subject: string) => outcomeOf(beginFollow(client, { kind, subject }));
    for (const [kind, subject] of [
      ["case", caseId],
      ["request", requestId],
      ["transaction", bench.txId],
    ] as const)
      expect([await refusal(kind, subject), await refusal(kind, uuidv7(1))]).toEqual(
        Array.from({ length: 2 }, () => `${kind}.not-found`),
      );
  });

  it("is theirs alone, once, and named while they may know of it", async () => {
    const { id } = await beginFollow(bench.second, { kind: "case", subject: caseId });
    expect(await outcomeOf(beginFollow(bench.second, { kind: "case", subject: caseId }))).toBe(
      "follow.exists",
    );
    expect((await listFollows(bench.second)).items).toMatchObject([{ id, kind: "case", name: "18 O 1/26" }]);
    expect(await followOf(bench.second, "case", caseId)).toBe(id);
    expect(await followOf(bench.legal, "case", caseId)).toBeUndefined();
    expect(await outcomeOf(endFollow(bench.legal, id))).toBe("follow.not-found");
    const moved = { ...bench.second, principal: { ...bench.second.principal, duties: [] } };
    expect((await listFollows(moved)).items).toEqual([]);
    await endFollow(bench.second, id);
    expect((await listFollows(bench.second)).items).toEqual([]);
  });

  it("is in the log by its kind only", async () => {
    const { rows } = await queryOwner(
      bench,
      "SELECT case_id, request_id, transaction_id FROM audit_index WHERE action LIKE 'follow.%'",
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.values(row)).toEqual([null, null, null]);
  });
});
