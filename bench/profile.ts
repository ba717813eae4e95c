import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import type { Figure } from "./measure";
import { callsOf, type ProductCall, RAISED_BUDGETS } from "./product/calls";
import { openInspector, type Profile, profileDuring, type Spent, spentBy } from "./product/cpu-profile";
import { callFor } from "./product/kept-connections";
import { table } from "./product/report";

const CALLS = (process.env.BENCH_ONLY ?? "submit,open").split(",");
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const CONNECTIONS = 8;
const ROWS = 20;
const RESULTS = "bench/results";

type Frame = Profile["nodes"][number]["callFrame"];

/** Returns the package or the part of Node that has a function. The build's own files mix our code with packages. */
function placeOf({ url }: Frame): string {
  if (url === "") return "V8 and C++";
  if (url.startsWith("node:")) return url;
  if (url.includes("/.next/")) return "the portal's build";
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url) ?? [];
  return dependency ?? path.basename(url);
}

function functionOf(frame: Frame): string {
  const { functionName, lineNumber } = frame;
  const name = functionName === "" ? `line ${lineNumber + 1}` : functionName;
  return frame.url === "" ? name : `${name} — ${placeOf(frame)}`;
}

const percent = ({ share }: Spent) => `${(share * 100).toFixed(1)} %`;

function tableOf(call: string, profile: Profile): string {
  const functions = spentBy(profile, functionOf).slice(0, ROWS);
  const places = spentBy(profile, placeOf).slice(0, ROWS);
  const rows = functions.map((one, at) => {
    const place = places[at];
    return [
      String(at + 1),
      one.name,
      percent(one),
      place?.name ?? "",
      place === undefined ? "" : percent(place),
    ];
  });
  return table([call, "function", "of itself", "file or package", "together"], rows);
}

async function profileCall(inspector: string, call: ProductCall): Promise<string> {
  const run = () => callFor({ port: call.port, connections: CONNECTIONS, seconds: SECONDS }, call.next);
  await call.prepare?.(CONNECTIONS);
  await run();
  await call.prepare?.(CONNECTIONS);
  const profile = await profileDuring(inspector, run);
  writeFileSync(path.join(RESULTS, `${call.name.replaceAll(" ", "-")}.cpuprofile`), JSON.stringify(profile));
  return tableOf(call.name, profile);
}

/** Profiles the named calls of a running instance, and prints a table of each. */
export async function profileCalls(instance: RunningInstance): Promise<void> {
  const { portal } = await instance.pids();
  if (portal === null) throw new Error("the portal does not run");
  const inspector = await openInspector(portal);
  const calls = (await callsOf(instance)).filter(({ name }) => CALLS.includes(name));
  mkdirSync(RESULTS, { recursive: true });
  for (const call of calls) console.log(`${await profileCall(inspector, call)}\n`);
}

/**
 * Prints where the portal's running time goes during single calls: functions and files by the share that they take themselves. The
 * profiles go to bench/results/NAME.cpuprofile, which browsers' developer tools show as flame graphs.
 */
export async function benchProfile(): Promise<Figure[]> {
  const instance = await startInstance({ env: { RATE_BUDGETS: RAISED_BUDGETS } });
  try {
    await profileCalls(instance);
    return [];
  } finally {
    await instance.stop();
  }
}
