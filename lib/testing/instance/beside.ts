import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findFreePort, type RunningInstance, waitUntil } from "./instance";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** A process that the supervisor of an instance does not know: a second portal or worker, or a part of another tenant. */
export interface Beside {
  readonly pid: number;
  /** The portal's address; other parts have none. */
  readonly url: string;
  output(): string;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again as before, after its end. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A running process's own command line or environment, as the kernel has them. */
function ownOf(pid: number, what: "cmdline" | "environ"): string[] {
  return readFileSync(`/proc/${pid}/${what}`, "utf8")
    .split("\0")
    .filter((part) => part !== "");
}

/** Returns the variables that a running process was started with. */
export function variablesOf(pid: number): Record<string, string> {
  const pairs = ownOf(pid, "environ").map((pair): [string, string] => [
    pair.slice(0, pair.indexOf("=")),
    pair.slice(pair.indexOf("=") + 1),
  ]);
  return Object.fromEntries(pairs);
}

/** Several portals use copies of one key folder; each has its own folder for spools. */
function ownFolders(env: Readonly<Record<string, string>>, folder: string): Record<string, string> {
  const { KEY_DIR, KEK_FILE, DATA_DIR } = env;
  if (KEY_DIR === undefined || DATA_DIR === undefined) return {};
  const keys = path.join(folder, "keys");
  cpSync(KEY_DIR, keys, { recursive: true });
  mkdirSync(path.join(folder, "data"), { mode: 0o700 });
  const kek = KEK_FILE?.startsWith(KEY_DIR)
    ? { KEK_FILE: path.join(keys, path.relative(KEY_DIR, KEK_FILE)) }
    : {};
  return { KEY_DIR: keys, DATA_DIR: path.join(folder, "data"), ...kek };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(new URL("/readyz", url)).then(
    ({ ok }) => ok,
    () => false,
  );
}

/**
 * Starts another process of the kind of a running instance's, with the variables of the first and these over them; those
 * that are undefined are left out. It ends with the tests, however they end. Linux only.
 */
export async function startBeside(
  instance: RunningInstance,
  name: "portal" | "worker" | "signer" | "custodian",
  over: Readonly<Record<string, string | undefined>> = {},
): Promise<Beside> {
  const first = (await instance.pids())[name];
  if (first === null) throw new Error(`the ${name} does not run`);
  const [program = process.execPath, ...args] = ownOf(first, "cmdline");
  const folder = mkdtempSync(path.join(tmpdir(), `sealport-${name}-`));
  const port = over.PORT ?? String(await findFreePort());
  const { METRICS_URL: _metrics, ...own } = variablesOf(first);
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    ...own,
    ...(name === "portal" ? { ...ownFolders(own, folder), PORT: port } : {}),
    ...over,
  };
  const url = `http://localhost:${port}`;
  let output = "";
  let child: ReturnType<typeof spawn>;
  let ended: Promise<void>;
  const start = async (): Promise<void> => {
    child = spawn(program, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString("utf8");
      });
    ended = new Promise((resolve) => child.once("close", () => resolve()));
    let said = false;
    child.once("message", () => {
      said = true;
    });
    await waitUntil(`another ${name} is ready`, async () => {
      if (child.exitCode !== null) throw new Error(`the other ${name} has ended: ${output.slice(-4_000)}`);
      return name === "portal" ? isReady(url) : said;
    }).catch((cause: unknown) => {
      throw new Error(`the other ${name} is not ready; it wrote: ${output.slice(-2_000)}`, { cause });
    });
  };
  await start();
  const end = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    get pid() {
      return child.pid ?? 0;
    },
    url,
    output: () => output,
    end,
    start,
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
