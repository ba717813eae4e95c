import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import type { Figure } from "./measure";
import { callsOf, type ProductCall, RAISED_BUDGETS } from "./product/calls";
import { type CallCount, countCalls } from "./product/count-calls";
import { type CallFigures, Meter, measureCalls } from "./product/measure-call";
import { startPlainPortal } from "./product/plain-portal";
import { cpuTable, describeRun, idleTable, memoryOf, rateTable } from "./product/report";

const SUITE = "product";
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CONNECTIONS = (process.env.BENCH_CONNECTIONS ?? "1,8,64").split(",").map(Number);
const ONLY = process.env.BENCH_ONLY?.split(",");
/** Calls that have a speed goal. They are measured with each number of connections, all others with one number only. */
const MAIN: ReadonlySet<string> = new Set([
  "base",
  "naive",
  "submit",
  "open",
  "get",
  "list",
  "request",
  "decide",
  "events",
]);
const OTHERS_AT = CONNECTIONS.includes(8) ? 8 : CONNECTIONS[0];

function isWanted({ name, baseline }: ProductCall, connections: number): boolean {
  if (baseline === undefined) return true;
  return ONLY === undefined ? MAIN.has(name) || connections === OTHERS_AT : ONLY.includes(name);
}

async function measureAll(meter: Meter, calls: readonly ProductCall[]): Promise<CallFigures[]> {
  const figures: CallFigures[] = [];
  for (const connections of CONNECTIONS) {
    const wanted = calls.filter((call) => isWanted(call, connections));
    figures.push(...(await measureCalls(meter, wanted, { connections, seconds: SECONDS, rounds: ROUNDS })));
    console.log(`${rateTable(figures)}\n`);
  }
  return figures;
}

function figuresOf(
  measured: readonly CallFigures[],
  counts: readonly CallCount[],
  calls: readonly ProductCall[],
): Figure[] {
  const none = { suite: SUITE, operationMicros: 0, baselineMicros: 0 };
  const rates = measured.flatMap(({ call, connections, ratio, p50, p99, perSecond, cpu }): Figure[] => {
    const { baseline } = calls.find(({ name }) => name === call) ?? {};
    const about = { ...none, name: `${call}, ${connections} at once` };
    const theirs = measured.find((one) => one.call === baseline && one.connections === connections);
    return [
      {
        ...about,
        name: `${about.name}: throughput`,
        baseline: baseline ?? "itself",
        ratio,
        operationMicros: 1e6 / perSecond,
        baselineMicros: 1e6 / (theirs?.perSecond ?? perSecond),
      },
      { ...about, name: `${about.name}: p99`, baseline: "p50", ratio: p99 / p50 },
      {
        ...about,
        name: `${about.name}: CPU`,
        baseline: "ms of the server",
        ratio: (baseline === undefined ? cpu.plain : cpu.portal) ?? 0,
      },
    ];
  });
  const counted = counts.flatMap(({ call, statements, roundTrips }): Figure[] => [
    { ...none, name: `${call}: statements`, baseline: "call", ratio: statements },
    { ...none, name: `${call}: round trips`, baseline: "call", ratio: roundTrips },
  ]);
  return [...rates, ...counted];
}

async function measureInstance(instance: RunningInstance): Promise<Figure[]> {
  const plain = await startPlainPortal(instance.dataDir);
  try {
    const lines = [
      await describeRun(instance),
      `load before: ${os
        .loadavg()
        .map((one) => one.toFixed(1))
        .join(", ")}`,
    ];
    const { portal } = await instance.pids();
    const memoryBefore = memoryOf(portal ?? 0);
    const calls = await callsOf(instance, plain);
    const meter = await Meter.open(instance, plain);
    const idleBefore = await meter.whileIdle();
    const measured = await measureAll(meter, calls);
    const memoryAfter = memoryOf(portal ?? 0);
    const idleAfter = await meter.whileIdle();
    const counts = await countCalls(
      instance,
      calls.filter((call) => CONNECTIONS.some((connections) => isWanted(call, connections))),
    );
    lines.push(
      `load after: ${os
        .loadavg()
        .map((one) => one.toFixed(1))
        .join(", ")}; other programs used ${meter.othersCores().toFixed(2)} cores`,
      `${ROUNDS} rounds of ${SECONDS} s each; portal ${memoryBefore.now} MB at the start, ${memoryAfter.now} MB after, ${memoryAfter.most} MB at most`,
      "",
      rateTable(measured),
      "",
      ...CONNECTIONS.flatMap((connections) => [cpuTable(measured, counts, connections), ""]),
      idleTable(idleBefore, idleAfter),
    );
    console.log(`\n${lines.join("\n")}\n`);
    mkdirSync("bench/results", { recursive: true });
    writeFileSync("bench/results/product.md", `${lines.join("\n")}\n`);
    return figuresOf(measured, counts, calls);
  } finally {
    await plain.stop();
  }
}

/**
 * Measures the built product against a plain server on the same PostgreSQL. Rounds of both alternate. Returns rates,
 * answer times, CPU time by process, statements and round trips. README.md explains the variables. The tables go to
 * bench/results/product.md.
 */
export async function benchProduct(): Promise<Figure[]> {
  const instance = await startInstance({ env: { RATE_BUDGETS: RAISED_BUDGETS } });
  try {
    return await measureInstance(instance);
  } finally {
    await instance.stop();
  }
}
