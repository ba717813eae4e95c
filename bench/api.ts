import { servePortal } from "@/lib/testing/instance/served-portal";
import { countStatements } from "@/lib/testing/routes/count-statements";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { type ApiCalls, BASELINES, callsOn, type Measured } from "./api-calls";
import { endCalls } from "./call";
import { compareLoad, type Figure, median } from "./measure";

const SUITE = "api";
const AT_ONCE = 8;
/** Callers of a call about many items: eight of them would exceed the two seconds that a transaction waits on a busy machine. */
const AT_ONCE_MANY = 2;
/** Calls in one round, and calls in a row whose statements are counted. */
const CALLS = Number(process.env.BENCH_CALLS ?? 64);
const COUNTED_CALLS = 9;
/** Seconds for which one call is compared with its baseline, unless three rounds take longer. */
const SECONDS_EACH = 6;
/** Statements that a transaction needs before its first query, and to end. */
const AROUND = /^(BEGIN|START TRANSACTION|SET |COMMIT|ROLLBACK|SELECT set_config)/i;

/** Returns a call's throughput as a share of its baseline's, and its p99 over the baseline's; per item if it has several. */
async function loadFigures({ name, items = 1, run }: Measured, baseline: Measured): Promise<Figure[]> {
  const writers = items === 1 ? AT_ONCE : AT_ONCE_MANY;
  // A call about many items needs fewer rounds; each caller makes at least two.
  const total = Math.max(2 * writers, Math.ceil(CALLS / items));
  const about = {
    suite: SUITE,
    name: nameOf({ name, items }),
    baseline: baseline.name,
    seconds: SECONDS_EACH,
  };
  const figures = await compareLoad({ ...about, writers, total }, run, baseline.run);
  return figures.map((figure, at) => ({
    ...figure,
    ratio: at === 0 ? figure.ratio * items : figure.ratio / items,
    operationMicros: figure.operationMicros / items,
  }));
}

function nameOf({ name, items = 1 }: Pick<Measured, "name" | "items">): string {
  return items === 1 ? name : `${name} of ${items}, per item`;
}

/** Returns the statements of the middle call by their number, out of calls in a row. */
async function statementsOf({ run }: Measured): Promise<readonly string[]> {
  const seen: (readonly string[])[] = [];
  await run();
  for (let n = 0; n < COUNTED_CALLS; n += 1) seen.push((await countStatements(run)).texts);
  const middle = median(seen.map(({ length }) => length));
  return seen.find(({ length }) => length === middle) ?? [];
}

async function countFigures(measured: Measured): Promise<Figure[]> {
  const texts = await statementsOf(measured);
  const { items = 1 } = measured;
  if (process.env.BENCH_STATEMENTS !== undefined)
    for (const text of texts) console.log(`${measured.name}: ${text.replaceAll(/\s+/g, " ").trim()}`);
  const figure = (what: string, count: number): Figure => ({
    suite: SUITE,
    name: `${nameOf(measured)}: ${what}`,
    baseline: items === 1 ? "request" : "item",
    ratio: count / items,
    operationMicros: 0,
    baselineMicros: 0,
  });
  const around = texts.filter((text) => AROUND.test(text.trim())).length;
  return [figure("statements", texts.length), figure("of them around transactions", around)];
}

async function figuresOf({ nothing, bare, main }: ApiCalls): Promise<Figure[]> {
  const figures: Figure[] = [];
  // Counted first, on a small and equal state; growing tables do not change the counts.
  for (const one of [nothing, ...main]) figures.push(...(await countFigures(one)));
  if (CALLS === 0) return figures;
  figures.push(...(await loadOrNone(nothing, bare)));
  for (const one of main) figures.push(...(await loadOrNone(one, nothing)));
  return figures;
}

/** Returns the figures of a call; none if it is refused under load, as an overloaded portal answers 503. Other figures are not affected. */
async function loadOrNone(measured: Measured, baseline: Measured): Promise<Figure[]> {
  try {
    return await loadFigures(measured, baseline);
  } catch (error) {
    console.log(
      `${SUITE}      ${measured.name}: not measured: ${error instanceof Error ? error.message : error}`,
    );
    return [];
  }
}

/**
 * Measures the API's main calls on the portal's own handlers behind a socket of this machine. Throughput and p99 under eight callers are
 * ratios to an operation that does nothing behind the same wrapper, and that one is compared with a bare route. It also counts the
 * statements of each call. `BENCH_CALLS` is the number of calls in a round; with 0 only statements are counted. With `BENCH_STATEMENTS`
 * their texts are printed.
 */
export async function benchApi(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  try {
    const portal = await servePortal({}, { server, extraRoutes: BASELINES });
    try {
      return await figuresOf(await callsOn(portal));
    } finally {
      endCalls();
      await portal.close();
    }
  } finally {
    await stop();
  }
}
