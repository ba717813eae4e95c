import { setTimeout as sleep } from "node:timers/promises";
import { superuserConfig } from "@/e2e/support/admin";
import type { RunningInstance } from "@/lib/testing/instance/instance";
import { median } from "../measure";
import type { ProductCall } from "./calls";
import { callFor } from "./kept-connections";
import type { PlainPortal } from "./plain-portal";
import { type Cpu, cpuBetween, cpuNow, machineBusyMs } from "./process-cpu";

/** One call at one number of connections, over all rounds. */
export interface CallFigures {
  readonly call: string;
  readonly connections: number;
  readonly perSecond: number;
  /** Rate divided by the baseline's rate in the same round; the median of all rounds. 1 for a baseline. */
  readonly ratio: number;
  readonly p50: number;
  readonly p99: number;
  /** Calls that the portal refused because it was overloaded, in all rounds. */
  readonly refused: number;
  /**
   * CPU milliseconds of one call, without what the processes use while there are no calls. Worker and signer follow, so a second after each
   * round counts too.
   */
  readonly cpu: Cpu;
}

interface OneRound {
  readonly calls: number;
  readonly perSecond: number;
  readonly times: readonly number[];
  readonly refused: number;
  readonly cpu: Cpu;
}

const FOLLOW_MS = 1000;
/** Wait after a start, because the processes still do their own start work. */
const SETTLE_MS = 10_000;
const IDLE_SECONDS = 5;
/** Acts that can be done only once are prepared: this many for each round. */
const PREPARED = 48;

/** Reads the CPU time of all processes that are measured, and sums up what other programs of the machine used. */
export class Meter {
  private others = 0;
  private measured = 0;
  /** CPU milliseconds of one second without calls. */
  private idle: Cpu = {};

  private constructor(
    private readonly processes: Readonly<Record<string, number>>,
    private readonly postmaster: number,
  ) {}

  static async open(instance: RunningInstance, plain: PlainPortal): Promise<Meter> {
    const { portal, worker, signer, custodian, witness } = await instance.pids();
    const named = {
      portal,
      worker,
      signer,
      custodian,
      witness,
      plain: plain.pid,
      start: instance.supervisorPid,
    };
    const running = Object.entries(named).flatMap(([name, pid]) =>
      pid === null ? [] : [[name, pid] as const],
    );
    return new Meter(Object.fromEntries(running), superuserConfig(instance.dataDir).postmaster);
  }

  /** Returns the CPU time of each process while `work` runs. */
  private async during<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly cpu: Cpu }> {
    const own = process.cpuUsage();
    const [start, busy, before] = [
      performance.now(),
      machineBusyMs(),
      cpuNow(this.processes, this.postmaster),
    ];
    const value = await work();
    const cpu = cpuBetween(before, cpuNow(this.processes, this.postmaster));
    const { user, system } = process.cpuUsage(own);
    const ours = Object.values(cpu).reduce((sum, ms) => sum + ms, (user + system) / 1000);
    this.others += Math.max(0, machineBusyMs() - busy - ours);
    this.measured += performance.now() - start;
    return { value, cpu };
  }

  /** Returns the CPU milliseconds of each process in a second without calls; the first result is taken off all later figures. */
  async whileIdle(): Promise<Cpu> {
    await sleep(SETTLE_MS);
    const { cpu } = await this.during(() => sleep(IDLE_SECONDS * 1000));
    const each = Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, ms / IDLE_SECONDS]));
    if (Object.keys(this.idle).length === 0) this.idle = each;
    return each;
  }

  /** Returns the CPU time of each process while `work` runs, beyond that without calls. */
  async beyondIdle<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly cpu: Cpu }> {
    const start = performance.now();
    const { value, cpu } = await this.during(work);
    const seconds = (performance.now() - start) / 1000;
    const beyond = Object.entries(cpu).map(([name, ms]) => {
      const idle = (this.idle[name] ?? 0) * seconds;
      return [name, Math.max(0, ms - idle)];
    });
    return { value, cpu: Object.fromEntries(beyond) };
  }

  /** Returns how many cores other programs used while something was measured. */
  othersCores(): number {
    return this.others / this.measured;
  }
}

async function oneRound(
  meter: Meter,
  call: ProductCall,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<OneRound> {
  await call.prepare?.(Math.max(PREPARED, 2 * connections));
  const { value, cpu } = await meter.beyondIdle(async () => {
    const round = await callFor({ port: call.port, connections, seconds }, call.next);
    await sleep(FOLLOW_MS);
    return round;
  });
  const each = Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, ms / value.calls]));
  const { calls, times, refused } = value;
  return { calls, perSecond: calls / value.seconds, times, refused, cpu: each };
}

/** Returns a quantile of the times: `share` of them, from 0 to 1, are at or below it. */
export function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function summary(
  { name, baseline }: ProductCall,
  connections: number,
  rounds: ReadonlyMap<string, readonly OneRound[]>,
): CallFigures {
  const own = rounds.get(name) ?? [];
  const theirs = rounds.get(baseline ?? name) ?? [];
  const times = own.flatMap((round) => round.times);
  const processes = Object.keys(own[0]?.cpu ?? {});
  return {
    call: name,
    connections,
    perSecond: median(own.map(({ perSecond }) => perSecond)),
    ratio: median(own.map(({ perSecond }, at) => perSecond / (theirs[at]?.perSecond ?? Number.NaN))),
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    refused: own.reduce((sum, round) => sum + round.refused, 0),
    cpu: Object.fromEntries(
      processes.map((process) => [process, median(own.map(({ cpu }) => cpu[process] ?? 0))]),
    ),
  };
}

/** Measures the calls in alternating rounds at one number of connections, after a short round to warm up. */
export async function measureCalls(
  meter: Meter,
  calls: readonly ProductCall[],
  how: { readonly connections: number; readonly seconds: number; readonly rounds: number },
): Promise<CallFigures[]> {
  const { connections, seconds } = how;
  for (const call of calls) {
    if (call.prepare === undefined)
      await callFor({ port: call.port, connections, seconds: seconds / 2 }, call.next);
  }
  const rounds = new Map<string, OneRound[]>(calls.map(({ name }) => [name, []]));
  for (let round = 0; round < how.rounds; round += 1) {
    for (const call of calls) rounds.get(call.name)?.push(await oneRound(meter, call, how));
  }
  return calls.map((call) => summary(call, connections, rounds));
}
