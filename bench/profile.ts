import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import type { Figure } from "./measure";
import { callsOf, RAISED_BUDGETS } from "./product/calls";
import { openInspector, type Profile, profileDuring, type Spent, spentBy } from "./product/cpu-profile";
import { callFor } from "./product/kept-connections";
import { table } from "./product/report";

const CALLS = (process.env.BENCH_ONLY ?? "submit,open").split(",");
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const CONNECTIONS = 8;
const ROWS = 20;
const RESULTS = "bench/results";

type Frame = Profile["nodes"][number]["callFrame"];

/** Returns the file of a function as it is named in the build or in Node. */
function placeOf({ url }: Frame): string {
  if (url === "") return "V8";
  if (url.startsWith("node:")) return url;
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

async function profileCall(instance: RunningInstance, inspector: string, name: string): Promise<string> {
  const call = (await callsOf(instance)).find((one) => one.name === name);
  if (call === undefined) throw new Error(`no call ${name}`);
  const run = () => callFor({ port: call.port, connections: CONNECTIONS, seconds: SECONDS }, call.next);
  await call.prepare?.(CONNECTIONS);
  await run();
  await call.prepare?.(CONNECTIONS);
  const profile = await profileDuring(inspector, run);
  writeFileSync(path.join(RESULTS, `${name.replaceAll(" ", "-")}.cpuprofile`), JSON.stringify(profile));
  return tableOf(name, profile);
}

/**
 * Prints where the portal's running time goes during single calls: functions and files by the share that they take themselves. The
 * profiles go to bench/results/NAME.cpuprofile, which browsers' developer tools show as flame graphs.
 */
export async function benchProfile(): Promise<Figure[]> {
  const instance = await startInstance({ env: { RATE_BUDGETS: RAISED_BUDGETS } });
  try {
    const { portal } = await instance.pids();
    if (portal === null) throw new Error("the portal does not run");
    const inspector = await openInspector(portal);
    mkdirSync(RESULTS, { recursive: true });
    for (const name of CALLS) console.log(`${await profileCall(instance, inspector, name)}\n`);
    return [];
  } finally {
    await instance.stop();
  }
}
