import { readdirSync, readFileSync } from "node:fs";

/** CPU milliseconds by name of process; backends of PostgreSQL by login. */
export type Cpu = Readonly<Record<string, number>>;

/** The run time of each process so far, by its id. */
export type CpuReading = ReadonlyMap<number, { readonly name: string; readonly ms: number }>;

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process or thread has ended.
    return "";
  }
}

/** Returns the run time of all threads of a process in milliseconds. */
function runTimeOf(pid: number): number {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0;
  }
  const nanos = threads.map((id) => Number(read(`/proc/${pid}/task/${id}/schedstat`).split(" ")[0] ?? 0));
  return nanos.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Returns the processes that PostgreSQL's first process has started, each with its login, or what it is. */
function backendsOf(postmaster: number): { readonly pid: number; readonly name: string }[] {
  const children = read(`/proc/${postmaster}/task/${postmaster}/children`).trim().split(" ");
  return children
    .filter((pid) => pid !== "")
    .map((pid) => {
      const title = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
      const [, login] = /^postgres: (\S+) \S+ \[/.exec(title) ?? [];
      return { pid: Number(pid), name: `postgres ${login ?? "itself"}` };
    });
}

/** Returns the CPU time that each process has used so far. */
export function cpuNow(processes: Readonly<Record<string, number>>, postmaster: number): CpuReading {
  const named = Object.entries(processes).map(([name, pid]) => ({ pid, name }));
  const all = [...named, { pid: postmaster, name: "postgres itself" }, ...backendsOf(postmaster)];
  return new Map(all.map(({ pid, name }) => [pid, { name, ms: runTimeOf(pid) }]));
}

/** Returns what was used between two readings, by name. The last moments of a backend that ended in between are missing. */
export function cpuBetween(before: CpuReading, after: CpuReading): Cpu {
  const sums: Record<string, number> = {};
  for (const [pid, { name, ms }] of after)
    sums[name] = (sums[name] ?? 0) + Math.max(0, ms - (before.get(pid)?.ms ?? 0));
  return sums;
}

const TICK_MS = 10;

/** Returns how long all cores of this machine were busy so far, in milliseconds. The time that its host took counts too. */
export function machineBusyMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] =
    read("/proc/stat").split("\n")[0]?.split(/\s+/).map(Number) ?? [];
  return (user + nice + system + irq + softIrq + steal) * TICK_MS;
}
