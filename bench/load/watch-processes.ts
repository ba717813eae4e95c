import { readdirSync, readFileSync } from "node:fs";

/** What one process uses at one moment. */
export interface Sample {
  /** Seconds after the beginning. */
  readonly at: number;
  readonly megabytes: number;
  readonly handles: number;
}

export type Watched = Readonly<Record<string, readonly Sample[]>>;

const SAMPLE_MS = 2_000;

function sampleOf(pid: number, at: number): Sample | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    return { at, megabytes: kilobytes / 1_024, handles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    // The process has ended, or /proc is another system's.
    return undefined;
  }
}

/** Samples memory and open handles of each process until it is stopped. A restarted process goes on under its name. */
export function watchProcesses(pids: () => Promise<Readonly<Record<string, number | null>>>): {
  stop(): Promise<Watched>;
} {
  const begun = performance.now();
  const found = new Map<string, Sample[]>();
  const look = async (): Promise<void> => {
    const at = (performance.now() - begun) / 1_000;
    for (const [name, pid] of Object.entries(await pids())) {
      const sample = pid === null ? undefined : sampleOf(pid, at);
      if (sample !== undefined) found.set(name, [...(found.get(name) ?? []), sample]);
    }
  };
  let last = look();
  const timer = setInterval(() => {
    last = last.then(look);
  }, SAMPLE_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await last;
      return Object.fromEntries(found);
    },
  };
}

/** How much a series grows in an hour, by least squares over its second half: what it needs to warm up does not count. */
export function growthAnHour(points: readonly { readonly at: number; readonly value: number }[]): number {
  const half = points.slice(Math.floor(points.length / 2));
  const mean = (pick: (point: (typeof half)[number]) => number) =>
    half.reduce((sum, point) => sum + pick(point), 0) / Math.max(1, half.length);
  const [at, value] = [mean((one) => one.at), mean((one) => one.value)];
  const spread = half.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
  if (spread === 0) return 0;
  return (half.reduce((sum, one) => sum + (one.at - at) * (one.value - value), 0) / spread) * 3_600;
}
