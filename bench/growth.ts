import { setTimeout as sleep } from "node:timers/promises";
import { asSuperuser } from "@/e2e/support/admin";
import { people, readDemo } from "@/e2e/support/api";
import { canaries, newTransaction, text } from "@/e2e/support/steps";
import { loadRecords } from "@/lib/testing/benches/load-records";
import { makeDiskFolder } from "@/lib/testing/data-folder";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { prepareInstance } from "@/lib/testing/instance/prepared-instance";
import { type Figure, line, median } from "./measure";
import { callsOf, type ProductCall, RAISED_BUDGETS } from "./product/calls";
import { callFor } from "./product/kept-connections";
import { quantile } from "./product/measure-call";

const SUITE = "growth";
const [SMALL = 1_000, LARGE = 100_000] = (process.env.BENCH_RECORDS ?? "1000,100000").split(",").map(Number);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 8);
const CALLS: ReadonlySet<string> = new Set(
  process.env.BENCH_ONLY?.split(",") ?? [
    "submit",
    "open",
    "get",
    "list",
    "list by status",
    "list by job",
    "events",
    "events of one",
    "proof",
    "page home",
  ],
);
const POLL_MS = 500;

/** Submits a record, waits until the custodian has confirmed it, and loads this many copies of it. */
async function fill(instance: RunningInstance, count: number): Promise<void> {
  const { client456 } = people(readDemo(instance.dataDir));
  const id = text(
    await client456.post("/confidential/transactions", newTransaction(canaries())),
    "transaction_id",
  );
  const started = Date.now();
  await asSuperuser(instance.dataDir, async (admin) => {
    const isTrue = async (question: string, values: readonly unknown[] = []) => {
      for (;;) {
        const { rows } = await admin.query<{ is: boolean }>(`SELECT ${question} AS is`, [...values]);
        if (rows[0]?.is === true) return;
        await sleep(POLL_MS);
      }
    };
    await isTrue(
      "(SELECT count(signature) FROM escrow_registration WHERE transaction_id = $1) = (SELECT count(*) FROM transaction_group WHERE transaction_id = $1)",
      [id],
    );
    await isTrue(
      "EXISTS (SELECT 1 FROM audit_leaf l JOIN transaction t ON t.create_entry_id = l.entry_id WHERE t.id = $1)",
      [id],
    );
    await loadRecords(admin, id, count);
    // The sequencer gives the copies' entries their leaves.
    await isTrue("NOT EXISTS (SELECT 1 FROM audit_queue)");
    await admin.query("VACUUM ANALYZE");
  });
  console.log(`${SUITE}   ${count} records loaded in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

interface Times {
  readonly p50: number;
  readonly p99: number;
}

async function timesOf(call: ProductCall): Promise<Times> {
  const round = await callFor({ port: call.port, connections: CONNECTIONS, seconds: SECONDS }, call.next);
  return { p50: quantile(round.times, 0.5), p99: quantile(round.times, 0.99) };
}

/** Returns the figures of a call; none if it fails, as an overloaded portal answers. Other figures are not affected. */
async function comparedOrNone(small: ProductCall, large: ProductCall): Promise<Figure[]> {
  try {
    const figures = await compared(small, large);
    for (const figure of figures) console.log(line(figure));
    return figures;
  } catch (error) {
    console.log(`${SUITE}   ${small.name}: not measured: ${String(error).slice(0, 100)}`);
    return [];
  }
}

async function compared(small: ProductCall, large: ProductCall): Promise<Figure[]> {
  await timesOf(small);
  await timesOf(large);
  const pairs: { readonly few: Times; readonly many: Times }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    pairs.push({ few: await timesOf(small), many: await timesOf(large) });
  return (["p50", "p99"] as const).map((share) => ({
    suite: SUITE,
    name: `${small.name}, ${CONNECTIONS} at once: ${share} with ${LARGE} records`,
    baseline: `with ${SMALL}`,
    ratio: median(pairs.map(({ few, many }) => many[share] / few[share])),
    operationMicros: median(pairs.map(({ many }) => many[share])) * 1000,
    baselineMicros: median(pairs.map(({ few }) => few[share])) * 1000,
    goal: "≤ 1.5",
  }));
}

/** Measures how the times of answers grow with the number of records: two instances of the built product, in alternating rounds. */
export async function benchGrowth(): Promise<Figure[]> {
  const remove = await prepareInstance(makeDiskFolder);
  const instances: RunningInstance[] = [];
  try {
    const env = { RATE_BUDGETS: RAISED_BUDGETS };
    for (const count of [SMALL, LARGE]) {
      const instance = await startInstance({ env });
      instances.push(instance);
      await fill(instance, count);
    }
    const [small = [], large = []] = await Promise.all(instances.map((instance) => callsOf(instance)));
    const figures: Figure[] = [];
    for (const call of small) {
      const same = large.find(({ name }) => name === call.name);
      if (same !== undefined && CALLS.has(call.name)) figures.push(...(await comparedOrNone(call, same)));
    }
    return figures;
  } finally {
    for (const instance of instances) await instance.stop();
    await remove();
  }
}
