import { makeDiskFolder } from "@/lib/testing/data-folder";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { prepareInstance } from "@/lib/testing/instance/prepared-instance";
import { fillRecords } from "./fill-records";
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
      const seconds = await fillRecords(instance, count);
      console.log(`${SUITE}   ${count} records loaded in ${seconds.toFixed(0)} s`);
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
