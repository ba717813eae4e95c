import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { RunningFile } from "@/lib/launch/running-shape";

// A whole instance for tests, used through processes, files and HTTP only, as an operator does. No `server-only` here: Playwright's loader
// reads this file too.
const ROOT = path.resolve(fileURLToPath(new URL("../../..", import.meta.url)));

const Demo = z.looseObject({
  base_url: z.string(),
  accounts: z.array(
    z.looseObject({
      name: z.string(),
      email: z.string(),
      password: z.string(),
      role: z.string(),
      duties: z.array(z.string()),
      participant_id: z.string(),
      api_key: z.string(),
    }),
  ),
});

export type ProcessName = keyof z.infer<typeof RunningFile>["pids"];
export type DemoAccount = z.infer<typeof Demo>["accounts"][number];

/** Names the data folder that `prepareInstance` has made: migrated, seeded and stopped. */
export const PREPARED = "SEALPORT_PREPARED_DATA";

export interface InstanceOptions {
  /** Variables in addition to PATH, HOME and the like; PORT and DATA_DIR are chosen here unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing data folder, kept on `stop`. Without one a new folder is made, as a copy of the prepared one. */
  readonly dataDir?: string;
}

export interface RunningInstance {
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly supervisorPid: number;
  /** The demonstration people; empty with SEED=none. */
  readonly accounts: readonly DemoAccount[];
  /** Returns all that the supervisor has printed so far. */
  output(): string;
  /** Returns the ids of the running processes; a restarted one has a new id. */
  pids(): Promise<Readonly<Record<ProcessName, number | null>>>;
  /** Sends a signal to one process, SIGKILL by default. */
  kill(name: ProcessName, signal?: NodeJS.Signals): Promise<number>;
  /** Sends a signal to the supervisor and waits for its end. Returns its exit code and the time it took. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }>;
  /** Stops the instance and removes the data folder if it was made here. */
  stop(): Promise<void>;
}

/** How a start ended that did not lead to a running instance. */
export class StartFailed extends Error {
  override readonly name = "StartFailed";
  readonly code: number | null;
  readonly output: string;

  constructor(code: number | null, output: string) {
    super(`the instance did not start (exit code ${code}):\n${output}`);
    this.code = code;
    this.output = output;
  }
}

const READY_WATCHDOG_MS = 10 * 60_000;
const STOP_WATCHDOG_MS = 180_000;

/** Returns a port that is free now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function readJson<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T> | undefined> {
  const content = await readFile(file, "utf8").catch(() => undefined);
  if (content === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(content));
  return parsed.success ? parsed.data : undefined;
}

/** Returns whether a process exists and is not a zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/\) Z /.test(stat);
}

/** Waits for a condition; throws `what` when the generous watchdog ends the wait. */
export async function waitUntil(
  what: string,
  condition: () => Promise<boolean>,
  watchdogMs = STOP_WATCHDOG_MS,
): Promise<void> {
  const deadline = Date.now() + watchdogMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`gave up waiting: ${what}`);
    await sleep(50);
  }
}

interface Spawned {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  output(): string;
}

function spawnSupervisor(env: Readonly<Record<string, string>>): Spawned {
  const kept = ["PATH", "HOME", "LANG", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/start.mjs")], {
    cwd: ROOT,
    env: { ...Object.fromEntries(kept), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, exited, output: () => output };
}

async function waitForReady(spawned: Spawned, runningFile: string): Promise<z.infer<typeof RunningFile>> {
  let ended: { code: number | null } | undefined;
  void spawned.exited.then((code) => {
    ended = { code };
  });
  const deadline = Date.now() + READY_WATCHDOG_MS;
  for (;;) {
    if (ended !== undefined) throw new StartFailed(ended.code, spawned.output());
    const running = await readJson(runningFile, RunningFile).catch(() => undefined);
    if (running?.is_ready === true && running.supervisor === spawned.child.pid) return running;
    if (Date.now() > deadline) {
      spawned.child.kill("SIGKILL");
      throw new StartFailed(null, `${spawned.output()}\n(no readiness within ten minutes)`);
    }
    await sleep(50);
  }
}

/** Removes a data folder, and its cluster if that is outside (started by root in a private folder). */
export async function removeDataFolder(dataDir: string): Promise<void> {
  const cluster = await realpath(path.join(dataDir, "postgres")).catch(() => undefined);
  if (cluster !== undefined && path.dirname(cluster) === "/var/lib/sealport")
    await rm(cluster, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}

/** Fills a folder with a copy of the prepared instance, owners and modes included. The file system shares blocks if it can. */
export async function copyPrepared(dataDir: string): Promise<void> {
  const prepared = process.env[PREPARED];
  if (prepared === undefined) return;
  const share = process.platform === "linux" ? ["--reflink=auto"] : [];
  await promisify(execFile)("cp", ["-a", ...share, `${prepared}/.`, dataDir]);
}

/** Runs what `npm start` runs, on a free port and its own data folder. Throws StartFailed with its output. */
export async function startInstance(options: InstanceOptions = {}): Promise<RunningInstance> {
  const isOwn = options.dataDir === undefined;
  // On the file system of the prepared one: in memory for tests, on a disk for what is measured.
  const parent = path.dirname(process.env[PREPARED] ?? path.join(os.tmpdir(), "none"));
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(parent, "sealport-instance-")));
  const remove = async (): Promise<void> => {
    if (isOwn) await removeDataFolder(dataDir);
  };
  // With another seed the instance is made from nothing.
  if (isOwn && options.env?.SEED === undefined) await copyPrepared(dataDir);
  const port = String(await findFreePort());
  const spawned = spawnSupervisor({ PORT: port, DATA_DIR: dataDir, ...options.env });
  const runningFile = path.join(dataDir, "running.json");
  try {
    const first = await waitForReady(spawned, runningFile);
    const demo = await readJson(path.join(dataDir, "demo.json"), Demo);
    return controls(spawned, { first, dataDir, runningFile, accounts: demo?.accounts ?? [], remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Known {
  readonly first: z.infer<typeof RunningFile>;
  readonly dataDir: string;
  readonly runningFile: string;
  readonly accounts: readonly DemoAccount[];
  readonly remove: () => Promise<void>;
}

function controls(spawned: Spawned, known: Known): RunningInstance {
  const pids = async (): Promise<z.infer<typeof RunningFile>["pids"]> =>
    (await readJson(known.runningFile, RunningFile).catch(() => undefined))?.pids ?? known.first.pids;
  const end = async (
    signal: NodeJS.Signals = "SIGTERM",
  ): Promise<{ code: number | null; tookMs: number }> => {
    const startedAt = Date.now();
    spawned.child.kill(signal);
    const watchdog = setTimeout(() => spawned.child.kill("SIGKILL"), STOP_WATCHDOG_MS);
    const code = await spawned.exited;
    clearTimeout(watchdog);
    return { code, tookMs: Date.now() - startedAt };
  };
  return {
    baseUrl: known.first.base_url,
    dataDir: known.dataDir,
    supervisorPid: known.first.supervisor,
    accounts: known.accounts,
    output: spawned.output,
    pids,
    kill: async (name, signal = "SIGKILL") => {
      const pid = (await pids())[name];
      if (pid === null) throw new Error(`${name} does not run`);
      process.kill(pid, signal);
      return pid;
    },
    end,
    stop: async () => {
      if (spawned.child.exitCode === null && spawned.child.signalCode === null) await end();
      await known.remove();
    },
  };
}
