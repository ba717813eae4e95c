import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { listGrants } from "@/lib/access/grants/list-grants";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { listRequests, listUnreadableRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { withdrawRequest, withdrawUnreadableRequest } from "@/lib/access/requests/withdraw-request";
import { uuidv7 } from "@/lib/crypto/uuid";
import { listDisputes } from "@/lib/disputes/list-disputes";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { getHome } from "@/lib/home/get-home";
import { Home } from "@/lib/home/schema";
import { listKeys } from "@/lib/keys/list-keys";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { spoil as spoilRow, YEAR_10000 } from "@/lib/testing/benches/unreadable-row";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: AccessBench;

beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(async () => {
  await bench?.close();
});

const spoil = (table: string, change: string, id: string): Promise<void> =>
  spoilRow(bench.query, table, change, id);

interface Alarm {
  readonly alarm?: string;
  readonly list?: string;
  readonly id?: string;
}

/** The person, with what their calls log as errors. */
function listening(who: BenchPerson): { readonly who: BenchPerson; readonly alarms: Alarm[] } {
  const alarms: Alarm[] = [];
  const logger = Object.assign(Object.create(who.logger), { error: (facts: Alarm) => alarms.push(facts) });
  return { who: { ...who, logger }, alarms };
}

const PAGE = { limit: 50 } as const;

describe("an unreadable request", () => {
  it("is shown by its id in the list and on the home, with an alarm, next to the others", async () => {
    const [bad, good] = [await bench.draft(), await bench.draft()];
    await spoil("access_request", `"until" = ${YEAR_10000}`, bad);
    const { who, alarms } = listening(bench.regulator);
    const page = await listRequests(who, PAGE);
    expect(page.unreadable).toEqual([{ id: bad, unreadable: true }]);
    expect(page.items.map(({ id }) => id)).toContain(good);
    expect(alarms).toContainEqual(
      expect.objectContaining({ alarm: "row.unreadable", list: "requests", id: bad, fault: "until" }),
    );
    const home = Home.parse(await getHome(who));
    expect(home.unreadable).toContainEqual({ id: bad, unreadable: true });
    expect(home.needs.map(({ subject }) => subject.id)).toContain(good);
    await expect(getRequest(bench.regulator, bad)).rejects.toMatchObject({ code: "request.unreadable" });
  });

  it.each([
    ["time", `"from" = ${YEAR_10000}`],
    ["query", `query = '{"from": 7}'`],
    ["state of a field", `groups = '{unheard-of}'`],
  ])("can be withdrawn by its requester: a broken %s", async (_name, change) => {
    const id = await bench.draft();
    await spoil("access_request", change, id);
    expect(await withdrawRequest(bench.regulator, id, "broken")).toMatchObject({
      id,
      unreadable: true,
      state: "withdrawn",
    });
    const { rows } = await bench.query("SELECT state FROM access_request WHERE id = $1", [id]);
    expect(rows).toEqual([{ state: "withdrawn" }]);
  });

  it("can be withdrawn by an administrator, who can withdraw no readable one", async () => {
    const admin = await bench.person({ role: "admin", hasKey: false });
    const [bad, good] = [await bench.draft(), await bench.draft()];
    await spoil("access_request", `"until" = ${YEAR_10000}`, bad);
    for (const [who, id] of [
      [bench.client, bad],
      [admin, bad],
    ] as const)
      await expect(withdrawRequest(who, id, undefined)).rejects.toMatchObject({
        code: "request-file.not-found",
      });
    expect(await listUnreadableRequests(admin, {})).toMatchObject({
      unreadable: expect.arrayContaining([{ id: bad, unreadable: true }]),
      next_cursor: null,
    });
    expect(await withdrawUnreadableRequest(admin, bad, "broken")).toMatchObject({
      id: bad,
      state: "withdrawn",
    });
    for (const id of [good, bad, uuidv7(1)])
      await expect(withdrawUnreadableRequest(admin, id, undefined)).rejects.toMatchObject({
        code: id === bad ? "request.illegal-transition" : "request-file.not-found",
      });
  });
});

interface Listed {
  readonly items: readonly unknown[];
  readonly unreadable?: readonly { readonly id: string }[] | undefined;
}

/** Each list: a row of it, a change that makes the row unreadable, and the list as someone reads it. */
const LISTS: Readonly<
  Record<string, { table: string; change: string; make(): Promise<string>; list(): Promise<Listed> }>
> = {
  grants: {
    table: "access_grant",
    change: `not_after = ${YEAR_10000}`,
    make: async () => {
      const id = await bench.file();
      await decideRequest(bench.legal, id, bench.approval("legal"));
      const { grant_id = "" } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
      return grant_id;
    },
    list: () => listGrants(bench.regulator, PAGE),
  },
  preservations: {
    table: "preservation",
    change: `until = ${YEAR_10000}`,
    make: async () => {
      const transactions = [...bench.transactions];
      return (await preserveTransactions(bench.regulator, { transactions, reason: "Examination" })).id;
    },
    list: () => listPreservations(bench.regulator, PAGE),
  },
  disputes: {
    table: "dispute",
    change: `opened_at = ${YEAR_10000}`,
    make: async () => {
      // No field of it is sealed, so that the dispute needs no statement of a person on the roster.
      const participants = [bench.client.principal.participantId];
      const plain = { job_id: "job-2", amount: "7", currency: "EUR", confidential: false, participants };
      const made = await submitTransaction(bench.client, NewTransaction.parse(plain));
      const reason = NewDispute.parse({ reason: "The price is wrong." });
      return (await openDispute(bench.client, made.transaction_id, reason)).id;
    },
    list: () => listDisputes(bench.client, { ...PAGE, view: "all" }),
  },
  keys: {
    table: "key_version",
    change: `created_at = ${YEAR_10000}`,
    make: async () => (await listKeys(bench.client, PAGE)).items[0]?.key_id ?? "",
    list: () => listKeys(bench.client, PAGE),
  },
  transactions: {
    table: "transaction",
    change: `plain = '{"amount": 1, "unheard-of": {}}'`,
    make: async () => bench.transactions[0],
    list: () => listTransactions(bench.client, PAGE),
  },
};

describe("lists with an unreadable row", () => {
  it.each(Object.entries(LISTS))("%s show its id and all other rows", async (_name, one) => {
    const id = await one.make();
    const before = await one.list();
    expect(before.unreadable).toBeUndefined();
    await spoil(one.table, one.change, id);
    const after = await one.list();
    expect(after.unreadable).toEqual([{ id, unreadable: true }]);
    expect(after.items).toHaveLength(before.items.length - 1);
    await getHome(bench.regulator);
    await getHome(bench.client);
  });
});
