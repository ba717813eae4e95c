/** One figure: an operation against its baseline, both measured in alternating rounds of the same run. */
export interface Figure {
  readonly suite: string;
  readonly name: string;
  readonly baseline: string;
  /** Operation over baseline: of throughputs if the name says so, of counts for counts, otherwise of median times. */
  readonly ratio: number;
  /** Both are 0 if the figure is a count. */
  readonly operationMicros: number;
  readonly baselineMicros: number;
  readonly goal?: string;
}

type Work = () => unknown | Promise<unknown>;

/** Returns the median. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Returns the CPU time of the whole process in microseconds, which a busy neighbour does not change. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Returns how long the work takes by the clock, in milliseconds. */
export async function millis(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Returns the CPU time of one call in microseconds, over `count` calls. */
export async function timeOf(work: Work, count: number): Promise<number> {
  const start = cpuMicros();
  for (let i = 0; i < count; i += 1) await work();
  return (cpuMicros() - start) / count;
}

interface Comparison {
  readonly suite: string;
  readonly name: string;
  readonly baseline: string;
  readonly goal?: string;
  readonly rounds?: number;
  readonly count?: number;
}

/** Returns the time of one call in microseconds, over this many calls. */
type Timed = (count: number) => Promise<number>;

/** Compares the medians of both in alternating rounds, so that a noisy neighbour affects both alike. */
export async function compareTimed(about: Comparison, operation: Timed, baseline: Timed): Promise<Figure> {
  const { rounds = 15, count = 200, ...names } = about;
  await operation(count);
  await baseline(count);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await operation(count));
    theirs.push(await baseline(count));
  }
  const operationMicros = median(ours);
  const baselineMicros = median(theirs);
  return { ...names, ratio: operationMicros / baselineMicros, operationMicros, baselineMicros };
}

/** Compares the CPU time of both, in alternating rounds of the same run. */
export function compare(about: Comparison, operation: Work, baseline: Work): Promise<Figure> {
  return compareTimed(
    about,
    (count) => timeOf(operation, count),
    (count) => timeOf(baseline, count),
  );
}

/** Figures of concurrent loops. */
export interface Load {
  readonly perSecond: number;
  readonly p99Micros: number;
}

/** Runs `writers` concurrent loops over `total` operations. */
export async function load(writers: number, total: number, work: () => Promise<unknown>): Promise<Load> {
  let left = total;
  const times: number[] = [];
  const start = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        const began = process.hrtime.bigint();
        await work();
        times.push(Number(process.hrtime.bigint() - began) / 1000);
      }
    }),
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  times.sort((a, b) => a - b);
  return { perSecond: total / seconds, p99Micros: times[Math.floor(times.length * 0.99)] ?? Number.NaN };
}

interface LoadComparison {
  readonly suite: string;
  readonly name: string;
  readonly baseline: string;
  readonly writers: number;
  readonly total: number;
  readonly goal?: string;
  readonly p99Goal?: string;
}

const LOAD_ROUNDS = 11;

/**
 * Compares both under load in alternating rounds: our throughput over the baseline's, and the p99. Each round is compared with the
 * baseline's round next to it, and the median of those ratios counts, because neighbours come and go.
 */
export async function compareLoad(
  about: LoadComparison,
  operation: () => Promise<unknown>,
  baseline: () => Promise<unknown>,
): Promise<Figure[]> {
  const { suite, writers, total } = about;
  await load(writers, Math.ceil(total / 4), operation);
  await load(writers, Math.ceil(total / 4), baseline);
  const ours: Load[] = [];
  const theirs: Load[] = [];
  for (let round = 0; round < LOAD_ROUNDS; round += 1) {
    ours.push(await load(writers, total, operation));
    theirs.push(await load(writers, total, baseline));
  }
  const micros = (loads: readonly Load[]) => 1e6 / median(loads.map((one) => one.perSecond));
  const p99 = (loads: readonly Load[]) => median(loads.map((one) => one.p99Micros));
  const paired = (member: keyof Load) =>
    median(ours.map((one, round) => one[member] / (theirs[round]?.[member] ?? Number.NaN)));
  const named = { suite, baseline: about.baseline };
  return [
    {
      ...named,
      name: `${about.name}, ${writers} at once: throughput`,
      ratio: paired("perSecond"),
      operationMicros: micros(ours),
      baselineMicros: micros(theirs),
      ...(about.goal ? { goal: about.goal } : {}),
    },
    {
      ...named,
      name: `${about.name}, ${writers} at once: p99`,
      ratio: paired("p99Micros"),
      operationMicros: p99(ours),
      baselineMicros: p99(theirs),
      ...(about.p99Goal ? { goal: about.p99Goal } : {}),
    },
  ];
}

/** Compares a value with an absolute limit, e.g. seconds that a reader waits. */
export function against(
  suite: string,
  name: string,
  measured: { readonly value: number; readonly limit: number; readonly unit: string },
): Figure {
  const { value, limit, unit } = measured;
  return {
    suite,
    name: `${name} ${Number(value.toFixed(3))} ${unit}`.trim(),
    baseline: `${limit} ${unit}`.trim(),
    ratio: value / limit,
    operationMicros: 0,
    baselineMicros: 0,
    goal: "<= 1.00",
  };
}

/** Returns one line for a reader. */
export function line(figure: Figure): string {
  const ratio = figure.ratio.toFixed(2).padStart(7);
  const goal = figure.goal ? `  (goal ${figure.goal})` : "";
  return `${figure.suite.padEnd(8)} ${figure.name.padEnd(52)} ${ratio} x ${figure.baseline}${goal}`;
}
