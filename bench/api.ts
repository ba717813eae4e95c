import { servePortal } from "@/lib/testing/instance/served-portal";
import { countStatements } from "@/lib/testing/routes/count-statements";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { type ApiCalls, BASELINES, callsOn, type Measured } from "./api-calls";
import { endCalls } from "./call";
import { compareLoad, type Figure, median } from "./measure";

const SUITE = "api";
const AT_ONCE = 8;
/** Callers of a call about many items: eight of them keep a busy machine past the two seconds that a transaction waits. */
const AT_ONCE_MANY = 2;
/** Calls of one round, and calls in a row of which the statements are counted. */
const CALLS = Number(process.env.BENCH_CALLS ?? 64);
const COUNTED_CALLS = 9;
/** So long one call is compared with its baseline at most, if three rounds take no longer. */
const SECONDS_EACH = 6;
/** What a transaction costs before it has asked anything. */
const AROUND = /^(BEGIN|START TRANSACTION|SET |COMMIT|ROLLBACK|SELECT set_config)/i;

/** The throughput that a call keeps of its baseline's, and its p99 over the baseline's; per item where it has several. */
async function loadFigures({ name, items = 1, run }: Measured, baseline: Measured): Promise<Figure[]> {
  const writers = items === 1 ? AT_ONCE : AT_ONCE_MANY;
  // A call about many items is itself many: fewer of them, and two for each caller at least.
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

/** The texts of one call in the middle by their number, out of calls in a row. */
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
  // Counted first, on a small and equal state; growing tables change no count.
  for (const one of [nothing, ...main]) figures.push(...(await countFigures(one)));
  if (CALLS === 0) return figures;
  figures.push(...(await loadOrNone(nothing, bare)));
  for (const one of main) figures.push(...(await loadOrNone(one, nothing)));
  return figures;
}

/** A call that is refused under load, as a starved portal refuses with 503, costs its own figures and no others. */
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
 * The API's main calls on the portal's own handlers behind a socket of this machine: throughput and p99 under eight
 * callers as a ratio to an operation that does nothing behind the same wrapper, that one to a bare route, and the statements
 * of each. `BENCH_CALLS` says how many calls a round has; with 0 only statements are counted, and with `BENCH_STATEMENTS`
 * their texts are printed.
 */
export async function benchApi(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  try {
    const portal = await servePortal({}, { server, beside: BASELINES });
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
