import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTempFolder } from "@/lib/testing/data-folder";
import {
  isRunning,
  type ProcessName,
  type RunningInstance,
  StartFailed,
  startInstance,
  waitUntil,
} from "@/lib/testing/instance/instance";

// The real `npm start`, seen as an operator sees it: output, signals, files, HTTP. e2e/programs/start-faults.test.ts has its other
// refusals: a taken port, a wrong passphrase, a damaged keystore.
const PROCESSES: readonly ProcessName[] = [
  "portal",
  "worker",
  "signer",
  "custodian",
  "witness",
  "postgres",
  "guard",
];
const WITHOUT_SEED = { SEED: "none" };
/** What a process's environment must not have: key folders and logins of the others. */
const FOREIGN_TO: readonly (readonly [ProcessName, RegExp])[] = [
  ["portal", /keys\/(custodian|signer|witness)|superuser|SEQUENCER|SIGNER_DATABASE/],
  ["worker", /keys\/|KEK_|superuser|SIGNER_DATABASE/],
  ["signer", /keys\/(portal|custodian|witness)|sealport_app|sealport_sequencer/],
  ["custodian", /keys\/(portal|signer|witness)|sealport_app|SEALPORT_EVALUATION/],
  ["witness", /keys\/(portal|custodian|signer)|DATABASE/],
];
let dataDir: string;
const started: RunningInstance[] = [];

async function run(folder: string, env: Readonly<Record<string, string>>): Promise<RunningInstance> {
  const instance = await startInstance({ dataDir: folder, env });
  started.push(instance);
  return instance;
}

/** The instance that an earlier test has left running. */
function running(): RunningInstance {
  const instance = started.at(-1);
  if (instance === undefined) throw new Error("no instance was started");
  return instance;
}

beforeAll(async () => {
  dataDir = await makeTempFolder("sealport-supervisor-");
  await chmod(dataDir, 0o711);
});
afterAll(async () => {
  for (const instance of started) await instance.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function livePids(instance: RunningInstance): Promise<number[]> {
  const pids = await instance.pids();
  return PROCESSES.flatMap((name) => pids[name] ?? []);
}

async function countRunning(pids: readonly number[]): Promise<number> {
  const states = await Promise.all(pids.map(isRunning));
  return states.filter(Boolean).length;
}

async function refusal(env: Record<string, string>, folder: string = dataDir): Promise<string> {
  const failed = await startInstance({ dataDir: folder, env }).then(
    async (instance) => {
      await instance.stop();
      throw new Error("it started");
    },
    (error: unknown) => error,
  );
  if (!(failed instanceof StartFailed)) throw failed;
  expect(failed.code).toBe(1);
  const line = failed.output.split("\n").find((candidate) => candidate.startsWith("Sealport cannot start."));
  return line ?? failed.output;
}

const ready = async (instance: RunningInstance): Promise<boolean> =>
  fetch(`${instance.baseUrl}/readyz`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );

describe("a running instance", () => {
  test("keeps its identity and passwords private, gives each process only its own credentials, and locks its folder", async () => {
    const instance = await run(dataDir, { ...WITHOUT_SEED, KEK_FIEL: "x" });
    // A misspelled variable is named, and ends nothing.
    expect(instance.output()).toContain(
      "WARN  KEK_FIEL: is not a variable of Sealport. Do you mean KEK_FILE?\n",
    );
    for (const file of [
      "instance.json",
      "keys/portal/database.json",
      "keys/custodian/kek.key",
      "logs/portal.log",
    ]) {
      expect((await stat(path.join(dataDir, file))).mode & 0o077, file).toBe(0);
    }
    const pids = await instance.pids();
    for (const [name, foreign] of FOREIGN_TO) {
      expect(await readFile(`/proc/${pids[name]}/environ`, "utf8"), name).not.toMatch(foreign);
    }
    expect(await refusal(WITHOUT_SEED)).toMatch(/already runs on this data folder \(process \d+\)/);
  });

  test("runs every process on its own, restarts one that dies, and ends in order on SIGTERM", async () => {
    const instance = running();
    const first = await instance.pids();
    expect(new Set(PROCESSES.map((name) => first[name])).size).toBe(PROCESSES.length);
    for (const name of PROCESSES) if (name !== "guard") await instance.kill(name);
    await waitUntil("all processes are there again", async () => {
      const now = await instance.pids();
      return (
        PROCESSES.every((name) => now[name] !== null && now[name] !== first[name]) && (await ready(instance))
      );
    });
    const pids = await livePids(instance);
    expect(await countRunning(pids)).toBe(PROCESSES.length);
    const { code, tookMs } = await instance.end("SIGTERM");
    process.stdout.write(`stopped by SIGTERM in ${tookMs} ms\n`);
    expect(code).toBe(0);
    expect(await countRunning(pids)).toBe(0);
  });

  test("leaves no process behind when the supervisor is killed, starts again, and ends on SIGINT", async () => {
    const instance = await run(dataDir, WITHOUT_SEED);
    const pids = await livePids(instance);
    await instance.end("SIGKILL");
    await waitUntil("no process is left", async () => (await countRunning(pids)) === 0);
    const again = await run(dataDir, WITHOUT_SEED);
    expect(await ready(again)).toBe(true);
    expect((await again.end("SIGINT")).code).toBe(0);
  });
});

describe("a start that cannot succeed says so in one line", () => {
  test("when the database cannot be reached or is half configured", async () => {
    const folder = await mkdtemp(path.join(dataDir, "database-"));
    const admin = { ...WITHOUT_SEED, DATABASE_ADMIN_URL: "postgresql://a:b@127.0.0.1:1/postgres" };
    expect(await refusal(admin, folder)).toMatch(/database cannot be reached\. Check DATABASE_ADMIN_URL/);
    const half = { ...WITHOUT_SEED, DATABASE_URL: "postgresql://a:b@127.0.0.1:1/x" };
    expect(await refusal(half, folder)).toMatch(/set DATABASE_ADMIN_URL too/);
  });

  test("when the data folder cannot be one", async () => {
    const file = path.join(dataDir, "a-file");
    await writeFile(file, "");
    expect(await refusal(WITHOUT_SEED, path.join(file, "data"))).toMatch(/is not a folder|cannot be written/);
    const orphaned = await mkdtemp(path.join(dataDir, "orphan-"));
    await mkdir(path.join(orphaned, "postgres"));
    expect(await refusal(WITHOUT_SEED, orphaned)).toMatch(/instance\.json is missing/);
    const damaged = await mkdtemp(path.join(dataDir, "damaged-"));
    await writeFile(path.join(damaged, "instance.json"), "{");
    expect(await refusal(WITHOUT_SEED, damaged)).toMatch(/instance\.json in the data folder is damaged/);
  });
});
