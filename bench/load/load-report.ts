import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Balance } from "./ledger";
import { lineChart, type Series } from "./line-chart";
import { SHARES } from "./mix";
import { type Played, shareOf } from "./play-load";
import { growthAnHour, type Watched } from "./watch-processes";

/** All that a load has found. */
export interface LoadResult {
  readonly fault: string;
  readonly perSecond: number;
  readonly played: Played;
  readonly watched: Watched;
  readonly marks: readonly { readonly at: number; readonly name: string }[];
  readonly balance: Balance;
  /** The exit code of the verifier over the whole log. */
  readonly verified: number;
  readonly machine: string;
}

/** Returns whether the load ended well: nothing lost, nothing doubled, and the log verifies. */
export function isClean({ balance, verified }: LoadResult): boolean {
  return balance.lost === 0 && balance.doubled === 0 && balance.gaps === 0 && verified === 0;
}

/** How many operations failed for each reason. */
function failuresOf({ played }: LoadResult): string[] {
  const counts = new Map<string, number>();
  for (const { operation, reason } of played.calls) {
    const what = `${operation}: ${reason}`;
    if (reason !== undefined) counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `- ${count} × ${what}`);
}

const OPERATIONS = Object.keys(SHARES);
const WINDOWS = 60;

function figuresOf({ played }: LoadResult) {
  return OPERATIONS.map((operation) => {
    const calls = played.calls.filter((call) => call.operation === operation);
    const times = calls.map(({ ms }) => ms);
    return {
      operation,
      calls: calls.length,
      failed: calls.filter(({ reason }) => reason !== undefined).length,
      retried: calls.filter(({ retries }) => retries > 0).length,
      p50: shareOf(times, 0.5),
      p95: shareOf(times, 0.95),
      p99: shareOf(times, 0.99),
      most: Math.max(0, ...times),
    };
  });
}

/** The 95th percentile of each operation in each of some sixty windows. */
function latencies({ played }: LoadResult): Series[] {
  const window = Math.max(1, played.seconds / WINDOWS);
  return OPERATIONS.map((name) => {
    const byWindow = new Map<number, number[]>();
    for (const { operation, at, ms } of played.calls) {
      if (operation !== name) continue;
      const key = Math.floor(at / window);
      byWindow.set(key, [...(byWindow.get(key) ?? []), ms]);
    }
    const points = [...byWindow].sort(([a], [b]) => a - b);
    return {
      name,
      points: points.map(([key, times]) => ({ at: key * window, value: shareOf(times, 0.95) })),
    };
  });
}

function seriesOf(watched: Watched, pick: "megabytes" | "handles"): Series[] {
  return Object.entries(watched).map(([name, samples]) => ({
    name,
    points: samples.map((sample) => ({ at: sample.at, value: sample[pick] })),
  }));
}

function processTable(watched: Watched): string[] {
  const rows = Object.entries(watched).map(([name, samples]) => {
    const of = (pick: "megabytes" | "handles") => samples.map((one) => ({ at: one.at, value: one[pick] }));
    const [memory, handles] = [of("megabytes"), of("handles")];
    const most = Math.max(...memory.map(({ value }) => value));
    return `| ${name} | ${samples[0]?.megabytes.toFixed(0)} | ${most.toFixed(0)} | ${samples.at(-1)?.megabytes.toFixed(0)} | ${growthAnHour(memory).toFixed(0)} | ${samples.at(-1)?.handles} | ${growthAnHour(handles).toFixed(1)} |`;
  });
  return [
    "| process | MB at the start | most | at the end | MB an hour, second half | handles | handles an hour |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}

function markdownOf(result: LoadResult): string {
  const { played, balance, verified, perSecond, fault, machine } = result;
  const rows = figuresOf(result).map(
    ({ operation, calls, failed, retried, ...times }) =>
      `| ${operation} | ${calls} | ${failed} | ${retried} | ${[times.p50, times.p95, times.p99, times.most].map((ms) => ms.toFixed(1)).join(" | ")} |`,
  );
  return [
    `# Load: ${perSecond} operations a second for ${played.seconds.toFixed(0)} s, fault: ${fault}`,
    "",
    `${machine}. ${played.calls.length} operations, ${played.skipped} left out because 64 were open.`,
    `**${balance.lost} lost, ${balance.doubled} doubled, ${balance.gaps} gaps; the verifier ended with ${verified}** (${balance.accepted} transactions accepted, ${balance.entries} entries in the log).`,
    "",
    "| operation | calls | failed | retried | p50 ms | p95 | p99 | most |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    ...failuresOf(result),
    "",
    "![95th percentile by operation](latency.svg)",
    "",
    ...processTable(result.watched),
    "",
    "![Memory of each process](memory.svg)",
    "",
    "![Open handles of each process](handles.svg)",
    "",
  ].join("\n");
}

/** Writes report.md, report.json and three charts into a folder. Returns the text of the report. */
export function writeReport(folder: string, result: LoadResult): string {
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const { marks, watched, played: _played, ...facts } = result;
  put(
    "latency.svg",
    lineChart({
      ...{ title: "95th percentile of each operation, retries included", unit: "ms", isLogarithmic: true },
      ...{ series: latencies(result), marks },
    }),
  );
  const memory = seriesOf(watched, "megabytes");
  put("memory.svg", lineChart({ title: "Resident memory", unit: "MB", series: memory, marks }));
  const handles = seriesOf(watched, "handles");
  put("handles.svg", lineChart({ title: "Open handles", unit: "handles", series: handles, marks }));
  const text = markdownOf(result);
  put("report.md", text);
  put(
    "report.json",
    `${JSON.stringify({ ...facts, marks, operations: figuresOf(result), watched }, null, 1)}\n`,
  );
  return text;
}
