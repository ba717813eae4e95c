/** One figure: an operation against its baseline, both measured in alternating rounds of the same run. */
export interface Figure {
  readonly suite: string;
  readonly name: string;
  readonly baseline: string;
  /** Median time of the operation over median time of the baseline. */
  readonly ratio: number;
  readonly operationMicros: number;
  readonly baselineMicros: number;
  readonly goal?: string;
}

type Work = () => unknown | Promise<unknown>;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timeOf(work: Work, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await work();
  return Number(process.hrtime.bigint() - start) / 1000 / count;
}

/** Alternates rounds of both, so that a noisy neighbour hits both alike, and compares the medians. */
export async function compare(
  about: { suite: string; name: string; baseline: string; goal?: string; rounds?: number; count?: number },
  operation: Work,
  baseline: Work,
): Promise<Figure> {
  const { rounds = 15, count = 40, ...names } = about;
  await timeOf(operation, count);
  await timeOf(baseline, count);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await timeOf(operation, count));
    theirs.push(await timeOf(baseline, count));
  }
  const operationMicros = median(ours);
  const baselineMicros = median(theirs);
  return { ...names, ratio: operationMicros / baselineMicros, operationMicros, baselineMicros };
}

/** Throughput of `writers` concurrent loops over `total` operations, in operations a second. */
export async function throughput(writers: number, total: number, work: () => Promise<unknown>): Promise<number> {
  let left = total;
  const start = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        await work();
      }
    }),
  );
  return total / (Number(process.hrtime.bigint() - start) / 1e9);
}

/** One line for a reader. */
export function line(figure: Figure): string {
  const ratio = figure.ratio.toFixed(2).padStart(7);
  const goal = figure.goal ? `  (goal ${figure.goal})` : "";
  return `${figure.suite.padEnd(8)} ${figure.name.padEnd(44)} ${ratio} x ${figure.baseline}${goal}`;
}
