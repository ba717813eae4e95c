import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const CLIENT = fileURLToPath(new URL("inspector-client.mjs", import.meta.url));
const INSPECTOR = "http://127.0.0.1:9229/json/list";
const INTERVAL_US = 200;
const TRIES = 100;

const Target = z.object({ webSocketDebuggerUrl: z.url() });

/** A profile as V8 gives it: functions by id, and which one ran at each sample. */
const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).default([]),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});
export type Profile = z.infer<typeof Profile>;

/** Opens the inspector of a process of this machine, as SIGUSR1 does, and returns its address. */
export async function openInspector(pid: number): Promise<string> {
  process.kill(pid, "SIGUSR1");
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      const [target] = z.array(Target).parse(await (await fetch(INSPECTOR)).json());
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`the inspector of process ${pid} does not answer`);
}

/** Returns where a process spends its time while `work` runs. */
export async function profileDuring(url: string, work: () => Promise<unknown>): Promise<Profile> {
  // Node 20 has WebSocket behind this flag, later versions have it anyway.
  const args = ["--experimental-websocket", CLIENT, url, String(INTERVAL_US)];
  const client = spawn(process.execPath, args, { stdio: "pipe" });
  const profile = text(client.stdout);
  await new Promise<void>((resolve, reject) => {
    client.stderr.on("data", (line: Buffer) => {
      if (line.includes("begun")) resolve();
    });
    client.once("exit", (code) => reject(new Error(`the inspector's client ended with ${code}`)));
  });
  await work();
  client.stdin.end();
  return Profile.parse(JSON.parse(await profile));
}

/** What a share of the time was spent in: a function, or all of a package or part of Node. */
export interface Spent {
  readonly name: string;
  readonly share: number;
}

/** Names of V8 for time in which the process did nothing, or nothing of its own. */
const NOT_RUNNING: ReadonlySet<string> = new Set(["(idle)"]);

/** Returns the parts of a process's running time by name, the largest first. */
export function spentBy(
  profile: Profile,
  nameOf: (frame: Profile["nodes"][number]["callFrame"]) => string,
): Spent[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const micros = new Map<string, number>();
  let all = 0;
  for (const [at, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    const spent = profile.timeDeltas[at] ?? 0;
    if (frame === undefined || spent <= 0 || NOT_RUNNING.has(frame.functionName)) continue;
    const name = nameOf(frame);
    micros.set(name, (micros.get(name) ?? 0) + spent);
    all += spent;
  }
  return [...micros].map(([name, spent]) => ({ name, share: spent / all })).sort((a, b) => b.share - a.share);
}
