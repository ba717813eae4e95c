import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { asSuperuser } from "@/e2e/support/admin";
import type { RunningInstance } from "@/lib/testing/instance/instance";
import type { CallCount } from "./count-calls";
import type { CallFigures } from "./measure-call";
import type { Cpu } from "./process-cpu";

/** Returns a Markdown table. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [lineOf(heads), lineOf(widths.map((width) => "-".repeat(width))), ...rows.map(lineOf)].join("\n");
}

/** Names the machine, the versions and the commit that are measured. */
export async function describeRun(instance: RunningInstance): Promise<string> {
  const version = await asSuperuser(instance.dataDir, async (admin) => {
    const { rows } = await admin.query<{ version: string; fsync: string; commit: string }>(
      `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS commit`,
    );
    return `PostgreSQL ${rows[0]?.version}, fsync ${rows[0]?.fsync}, synchronous_commit ${rows[0]?.commit}`;
  });
  const cpus = os.cpus();
  const commit = execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${cpus.length} × ${cpus[0]?.model.trim()}, ${memory} GiB, ${os.type()} ${os.release()}, Node ${process.version}, ${version}, commit ${commit}`;
}

/** Returns a process's memory in MB: now, and its maximum so far. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1000);
  return { now: megabytes("VmRSS"), most: megabytes("VmHWM") };
}

/** Returns the rates, each with its ratio to the baseline of the same rounds, and the times of answers. */
export function rateTable(figures: readonly CallFigures[]): string {
  const connections = [...new Set(figures.map((one) => one.connections))];
  const calls = [...new Set(figures.map((one) => one.call))];
  const cells = (call: string, at: number): string[] => {
    const found = figures.find((one) => one.call === call && one.connections === at);
    if (found === undefined) return ["", ""];
    const { perSecond, ratio, p50, p99, refused } = found;
    const share = ratio === 1 ? "" : ` (${ratio.toFixed(ratio < 0.1 ? 3 : 2)})`;
    const without = refused === 0 ? "" : `, ${refused} refused`;
    return [`${perSecond.toFixed(0)}/s${share}${without}`, `${p50.toFixed(1)}, ${p99.toFixed(1)}`];
  };
  return table(
    ["call", ...connections.flatMap((at) => [`${at} at once`, "p50, p99 ms"])],
    calls.map((call) => [call, ...connections.flatMap((at) => cells(call, at))]),
  );
}

const PORTAL_LOGINS = ["postgres sealport_app_login", "postgres bench_plain"];

function sumOf(cpu: Cpu, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (cpu[name] ?? 0), 0);
}

function cpuCells(cpu: Cpu): string[] {
  const all = Object.keys(cpu).filter((name) => name.startsWith("postgres"));
  return [
    sumOf(cpu, ["portal", "plain"]),
    sumOf(cpu, PORTAL_LOGINS),
    sumOf(cpu, all),
    sumOf(cpu, ["custodian"]),
    sumOf(cpu, ["worker"]),
    sumOf(cpu, ["signer"]),
  ].map((ms) => ms.toFixed(2));
}

const CPU_HEADS = ["portal", "its PostgreSQL", "all PostgreSQL", "custodian", "worker", "signer"];

/**
 * Returns the CPU milliseconds of one call for each process, without the time that the process also uses without calls,
 * and the statements and round trips of a call.
 */
export function cpuTable(
  figures: readonly CallFigures[],
  counts: readonly CallCount[],
  connections: number,
): string {
  const rows = figures
    .filter((one) => one.connections === connections)
    .map(({ call, cpu }) => {
      const count = counts.find((one) => one.call === call);
      const counted = count === undefined ? ["", ""] : [String(count.statements), String(count.roundTrips)];
      return [call, ...cpuCells(cpu), ...counted];
    });
  return table([`ms a call, ${connections} at once`, ...CPU_HEADS, "statements", "round trips"], rows);
}

/** Returns the CPU milliseconds of one second without calls. */
export function idleTable(before: Cpu, after: Cpu): string {
  return table(
    ["ms a second, no calls", ...CPU_HEADS],
    [
      ["at the start", ...cpuCells(before)],
      ["at the end", ...cpuCells(after)],
    ],
  );
}
