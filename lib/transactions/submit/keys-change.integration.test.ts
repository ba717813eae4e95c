import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openDatabase } from "@/lib/db/client";
import { inTransaction } from "@/lib/db/transaction";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { lockKey, updateState } from "@/lib/keys/store";
import { atStatement } from "@/lib/testing/benches/at-statement";
import { queryAs } from "@/lib/testing/benches/query-as";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { startCutProxy } from "@/lib/testing/servers/cut-proxy";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { NewTransaction } from "@/lib/transactions/schema";
import { STORE_TRANSACTIONS } from "@/lib/transactions/submit/store-rows";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

// The keys are read, then all is sealed, then one statement compares the keys and stores. These tests change a key
// between the sealing and the statement.

let bench: UseCaseBench;
let client: Person;
beforeAll(async () => {
  bench = await createUseCaseBench();
  client = await bench.person({ role: "client" });
});
afterAll(() => bench?.close());

const newId = () => uuidv7(Date.now());

function body(miner: Person, transaction_id: string): NewTransaction {
  return NewTransaction.parse({
    transaction_id,
    job_id: "job-1",
    confidential: true,
    participants: [miner.principal.participantId],
    amount: "1000",
    currency: "EUR",
    narrative: "a narrative",
  });
}

/** Rows of a transaction by table; the entry is found by its index row. */
async function rowsOf(id: string): Promise<Record<string, number>> {
  const counts = Object.entries({
    transaction: "id",
    transaction_participant: "transaction_id",
    transaction_group: "transaction_id",
    transaction_version: "transaction_id",
    wrap: "transaction_id",
    audit_index: "transaction_id",
  }).map(([table, column]) => `(SELECT count(*)::int FROM ${table} WHERE ${column} = '${id}') AS ${table}`);
  const [row] = await queryAs(bench.database.adminUrl, `SELECT ${counts.join(", ")}`);
  return Object.fromEntries(Object.entries(Object(row)).map(([table, count]) => [table, Number(count)]));
}

const NO_ROWS = {
  transaction: 0,
  transaction_participant: 0,
  transaction_group: 0,
  transaction_version: 0,
  wrap: 0,
  audit_index: 0,
};
const ALL_ROWS = {
  transaction: 1,
  transaction_participant: 2,
  transaction_group: 2,
  transaction_version: 1,
  wrap: 6,
  audit_index: 1,
};

async function keyOf({ principal }: Person, version = 1): Promise<string> {
  const { items } = await listKeys(client, { participant_id: principal.participantId, limit: 10 });
  return items.find(({ key_version }) => key_version === version)?.key_id ?? "";
}

const rotate = (miner: Person) =>
  rotateKey(miner, { participantId: miner.principal.participantId }, "rewrap");

const CHANGES: Record<string, (miner: Person) => Promise<unknown>> = {
  rotated: rotate,
  destroyed: async (miner) => {
    await rotate(miner);
    await changeKeyState(miner, await keyOf(miner), { state: "destroyed", reason: "unused" });
  },
};

describe("a key that changes between sealing and storing", () => {
  it.each(Object.keys(CHANGES))("is %s: nothing is stored, and all is sealed again", async (name) => {
    const miner = await bench.person({ role: "miner" });
    const id = newId();
    let left: unknown;
    const { db, answers } = atStatement(client.db, STORE_TRANSACTIONS, {
      before: async () => CHANGES[name]?.(miner),
      after: async () => {
        left = await rowsOf(id);
      },
    });
    await submitTransaction({ ...client, db }, body(miner, id));
    expect(answers).toEqual([[{ go: false }], [{ go: true }]]);
    expect(left).toEqual(NO_ROWS);
    expect(await rowsOf(id)).toEqual(ALL_ROWS);
    const opened = await openTransaction(miner, id, { purpose: "settlement" });
    expect(opened.data).toMatchObject({ amount: "1000", narrative: "a narrative" });
    const kids = await queryAs(
      bench.database.adminUrl,
      `SELECT DISTINCT kid FROM wrap WHERE transaction_id = '${id}' AND participant_id = '${miner.principal.participantId}'`,
    );
    expect(kids).toEqual([{ kid: `${miner.principal.participantId}#2` }]);
  });

  it("is suspended: nothing is stored, and the submission is refused", async () => {
    const miner = await bench.person({ role: "miner" });
    const id = newId();
    const key = await keyOf(miner);
    const { db, answers } = atStatement(client.db, STORE_TRANSACTIONS, {
      before: () => changeKeyState(miner, key, { state: "suspended", reason: "lost" }),
    });
    expect(await outcomeOf(submitTransaction({ ...client, db }, body(miner, id)))).toBe(
      "participant.no-active-key",
    );
    expect(answers).toEqual([[{ go: false }]]);
    expect(await rowsOf(id)).toEqual(NO_ROWS);
  });

  it("is being suspended: the statement waits for the commit and then stores nothing", async () => {
    const miner = await bench.person({ role: "miner" });
    const id = newId();
    const key = await keyOf(miner);
    let submission: Promise<string> | undefined;
    await inTransaction(miner, async (tx) => {
      await lockKey(tx, key);
      const subjects = [`key:${key}`];
      await appendEntry(tx, miner, { class: "key", outcome: "done", action: "key.state", subjects });
      await updateState(tx, key, "suspended", miner.clock.now());
      submission = outcomeOf(submitTransaction(client, body(miner, id)));
      const waits = async () => (await queryAs(bench.database.adminUrl, LOCK_WAITS)).length;
      await expect.poll(waits, { interval: 5 }).toBe(1);
    });
    expect(await submission).toBe("participant.no-active-key");
    expect(await rowsOf(id)).toEqual(NO_ROWS);
  });

  it("is rotated: a whole batch is sealed again", async () => {
    const miner = await bench.person({ role: "miner" });
    const ids = [newId(), newId(), newId()];
    const { db, answers } = atStatement(client.db, STORE_TRANSACTIONS, { before: () => rotate(miner) });
    const transactions = ids.map((id) => body(miner, id));
    const { results } = await submitBatch({ ...client, db }, { transactions, atomic: true });
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers).toEqual([[{ go: false }], [{ go: true }]]);
    for (const id of ids) expect(await rowsOf(id)).toEqual(ALL_ROWS);
  });
});

it("an id that another call takes between sealing and storing is refused, and its record stays as it is", async () => {
  const miner = await bench.person({ role: "miner" });
  const id = newId();
  const { db } = atStatement(client.db, STORE_TRANSACTIONS, {
    before: () => submitTransaction(client, body(miner, id)),
  });
  expect(await outcomeOf(submitTransaction({ ...client, db }, body(miner, id)))).toBe("transaction.exists");
  expect(await rowsOf(id)).toEqual(ALL_ROWS);
});

it("a submission whose connection is cut on the way to the database stores all of its rows or none", async () => {
  const miner = await bench.person({ role: "miner" });
  const proxy = await startCutProxy(bench.database.appUrl);
  const own = openDatabase({ url: proxy.url, maxConnections: 1, waitMs: 60_000 });
  const submitCut = async (share: number, length: number) => {
    const id = newId();
    const { db } = atStatement(own, STORE_TRANSACTIONS, {
      before: async () => proxy.cutAfter(Math.ceil(share * length)),
    });
    const outcome = await outcomeOf(submitTransaction({ ...client, db }, body(miner, id)));
    proxy.cutAfter(undefined);
    return { id, outcome };
  };
  const whole = await submitCut(1, Number.POSITIVE_INFINITY);
  expect(whole.outcome).toBe("done");
  const { db } = atStatement(own, STORE_TRANSACTIONS, { before: async () => proxy.cutAfter(undefined) });
  await submitTransaction({ ...client, db }, body(miner, newId()));
  const length = proxy.sent;
  // After a cut the next connection also sends the statement's text, so a call needs more than one share.
  for (const share of [0.01, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 0.999, 3]) {
    const { id, outcome } = await submitCut(share, length);
    const isStored = outcome === "done";
    expect([share, outcome]).toEqual([share, isStored ? "done" : "service.database-unavailable"]);
    expect([share, await rowsOf(id)]).toEqual([share, share > 1 ? ALL_ROWS : NO_ROWS]);
  }
  await own.close();
  await proxy.close();
});
