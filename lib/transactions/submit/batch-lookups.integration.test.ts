import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";

let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

/** Collects the text of every statement sent to the database meanwhile, through any driver. */
async function statementsOf(act: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const original = Client.prototype.query;
  const spied = function (this: Client, ...args: unknown[]): unknown {
    const [query] = args;
    const text: unknown = typeof query === "string" ? query : Reflect.get(Object(query), "text");
    if (typeof text === "string") texts.push(text);
    return Reflect.apply(original, this, args);
  };
  Reflect.set(Client.prototype, "query", spied);
  try {
    await act();
  } finally {
    Reflect.set(Client.prototype, "query", original);
  }
  return texts;
}

const looksUp = (text: string): boolean => /JOIN key_version k\b/.test(text);
const locks = (text: string): boolean => /FROM key_version k\b/.test(text) && /FOR SHARE/.test(text);

async function run(count: number, atomic: boolean) {
  const owner = await bench.person({ role: "client" });
  const others = [await bench.person({ role: "miner" }), await bench.person({ role: "miner" })];
  const participants = others.map(({ principal }) => principal.participantId);
  const transactions = Array.from({ length: count }, (_none, at) => ({
    job_id: `job-${at}`,
    confidential: true,
    participants,
    amount: String(at),
    currency: "EUR",
  }));
  let stored = 0;
  const statements = await statementsOf(async () => {
    const { results } = await submitBatch(owner, { transactions, atomic });
    stored = results.filter(({ status }) => status === 201).length;
  });
  const [looked, locked] = [statements.filter(looksUp).length, statements.filter(locks).length];
  return { stored, looked, locked, statements: statements.length };
}

it("one atomic call with many transactions looks up keys once, locks them once, and needs as many statements as ten do", async () => {
  const ten = await run(10, true);
  const many = await run(200, true);
  expect(ten).toMatchObject({ stored: 10, looked: 1, locked: 1 });
  expect(many).toMatchObject({ stored: 200, looked: 1, locked: 1 });
  expect(many.statements).toBe(ten.statements);
});

it("a thousand transactions in one call, stored in parts, look up keys once and lock them once per part", async () => {
  expect(await run(1_000, false)).toMatchObject({ stored: 1_000, looked: 1, locked: 10 });
});

it("sixteen batches of a hundred at once are all stored: they wait for each other and not for a connection", async () => {
  const owner = await bench.person({ role: "client" });
  const one = {
    job_id: "job-many",
    confidential: true,
    participants: [owner.principal.participantId],
    amount: "1",
  };
  const batch = async () =>
    (await submitBatch(owner, { transactions: Array(100).fill(one), atomic: true })).results;
  const runs = await Promise.all(Array.from({ length: 16 }, batch));
  expect(runs.flat().map(({ status }) => status)).toEqual(Array(1_600).fill(201));
});
