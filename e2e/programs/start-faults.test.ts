import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  findFreePort,
  type RunningInstance,
  removeDataFolder,
  StartFailed,
  startInstance,
  waitUntil,
} from "@/lib/testing/instance/instance";
import { isDeep } from "@/lib/testing/scale";
import { caller, type Demo, people, readDemo } from "../support/api";
import { type Accepted, expectOpens, PATIENCE_MS, placesOf, processesOf } from "../support/faults";
import { expectLogVerifies } from "../support/log-after-faults";
import { canaries, newTransaction, text } from "../support/steps";

// What an operator sees when a start cannot succeed: one line that says what to do, and an exit code.
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PASSPHRASE = "a passphrase for the fault tests";
const ENV = { KEK_PASSPHRASE: PASSPHRASE };
let scratch: string;
let dataDir: string;
let instance: RunningInstance | undefined;
let demo: Demo;
let made: Accepted;
/** What each process of the running instance had as its environment. */
const environments = new Map<string, string>();

async function start(env: Readonly<Record<string, string>> = ENV): Promise<RunningInstance> {
  instance = await startInstance({ dataDir, env });
  return instance;
}

async function end(): Promise<void> {
  await instance?.end();
  instance = undefined;
}

/** Returns the one line of a refused start, after checking that the output has no other line and no secret. */
function reasonIn(output: string): string {
  const lines = output.split("\n").filter((line) => line.includes("Sealport cannot start."));
  expect(lines, output).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(output).not.toMatch(/This is a fault of the program|unhandled/i);
  return lines[0] ?? "";
}

/** Tries to start, and returns the line that says why it cannot. */
async function refusal(env: Readonly<Record<string, string>>, folder = dataDir): Promise<string> {
  const failed = await startInstance({ dataDir: folder, env }).then(
    async (running) => {
      await running.end();
      throw new Error(`it started:\n${running.output()}`);
    },
    (error: unknown) => error,
  );
  if (!(failed instanceof StartFailed)) throw failed;
  expect(failed.code, failed.output).toBe(1);
  expect(processesOf([folder])).toEqual([]);
  return reasonIn(failed.output);
}

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), "sealport-start-"));
  chmodSync(scratch, 0o711);
  dataDir = path.join(scratch, "data");
  const running = await start();
  demo = readDemo(dataDir);
  const secret = canaries();
  const answer = await people(demo).client456.post("/confidential/transactions", newTransaction(secret));
  expect(answer.status, answer.text).toBe(201);
  made = { id: text(answer, "transaction_id"), memo: secret.memo };
  for (const [name, pid] of Object.entries(await running.pids()))
    environments.set(name, readFileSync(`/proc/${pid}/environ`, "utf8"));
  await waitUntil("the instance says where it runs", async () =>
    running.output().includes("Sealport runs at"),
  );
  await end();
}, 11 * 60_000);

afterAll(async () => {
  await end();
  for (const folder of [dataDir, path.join(scratch, "cut-off")]) await removeDataFolder(folder);
  rmSync(scratch, { recursive: true, force: true });
});

interface Starting {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

/** Runs `npm start` on a folder without waiting for it. */
function spawnStart(folder: string, port: number, before: readonly string[] = []): Starting {
  const script = path.join(ROOT, "scripts/start.mjs");
  const [command = "", ...args] = [...before, process.execPath, script];
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { NODE_ENV: "production", PATH, HOME, DATA_DIR: folder, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { child, ended, output: () => output };
}

/** Listens on the port that a start needs. */
async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return { server, port: address.port };
}

test("a portal alone with a missing or wrong variable ends before it listens, with one line that names it", async () => {
  const { PATH, HOME } = process.env;
  const startPortal = (variables: Record<string, string>) =>
    spawnSync(process.execPath, ["scripts/start-portal.mjs"], {
      cwd: ROOT,
      env: { PATH, HOME, NODE_ENV: "production", PORT: String(port), ...variables },
      encoding: "utf8",
    });
  const port = await findFreePort();
  const missing = startPortal({});
  expect([missing.status, missing.stderr]).toEqual([
    1,
    expect.stringMatching(/^Error: environment: .*DATABASE_URL is missing/m),
  ]);
  const wrong = startPortal({ TRUSTED_PROXIES: "my-proxy" });
  expect(wrong.stderr).toContain("TRUSTED_PROXIES: not addresses or CIDR ranges");
});

test("the error for a taken port names it and how to choose another one", async () => {
  const { server, port } = await listen();
  try {
    expect(await refusal({ ...ENV, PORT: String(port) })).toMatch(
      new RegExp(`Port ${port} is taken .* PORT=${port + 1} npm start`),
    );
  } finally {
    server.close();
  }
});

if (isDeep)
  test("the error for an unreachable database names its variable and shows no password", async () => {
    const folder = path.join(scratch, "foreign-database");
    const { server, port } = await listen();
    const closed = "postgresql://operator:hunter2-secret@127.0.0.1:1/sealport";
    const mute = `postgresql://operator:hunter2-secret@127.0.0.1:${port}/sealport`;
    const nameless = "postgresql://operator:hunter2-secret@no-such-host.invalid:5432/sealport";
    const all = (url: string) => ({
      DATABASE_URL: url,
      SEQUENCER_DATABASE_URL: url,
      SIGNER_DATABASE_URL: url,
    });
    try {
      for (const url of [closed, mute, nameless]) {
        const admin = await refusal({ DATABASE_ADMIN_URL: url, SEED: "none" }, folder);
        expect(admin).toMatch(/database cannot be reached\. Check DATABASE_ADMIN_URL/);
        expect(admin).not.toContain("hunter2");
      }
      for (const [variable, urls] of [
        ["DATABASE_OWNER_URL", { ...all(closed), DATABASE_OWNER_URL: closed }],
        ["DATABASE_URL", all(closed)],
        ["DATABASE_URL", all("not a url")],
        ["DATABASE_ADMIN_URL", { DATABASE_ADMIN_URL: "not a url" }],
      ] as const) {
        const line = await refusal({ ...urls, SEED: "none" }, folder);
        expect(line).toMatch(new RegExp(`The database .*\\. Check ${variable} `));
        expect(line).not.toContain("hunter2");
      }
      const half = await refusal({ DATABASE_URL: closed, SEED: "none" }, folder);
      expect(half).toMatch(/set DATABASE_ADMIN_URL too/);
    } finally {
      server.close();
    }
  });

if (isDeep)
  test("the error for a folder that is not writable names it", async () => {
    const file = path.join(scratch, "a-file");
    writeFileSync(file, "");
    expect(await refusal({}, path.join(file, "data"))).toContain(
      `${path.join(file, "data")} is not a folder`,
    );

    const closed = path.join(scratch, "closed");
    mkdirSync(closed, { mode: 0o500 });
    // Root may write anywhere, so the process drops that right. The rest of the start is the same.
    const isRoot = process.getuid?.() === 0;
    const humbly = isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] : [];
    const starting = spawnStart(path.join(closed, "data"), await findFreePort(), humbly);
    expect(await starting.ended, starting.output()).toBe(1);
    expect(reasonIn(starting.output())).toContain(
      `${path.join(closed, "data")} cannot be written by this user`,
    );
  });

test("a wrong or missing passphrase is named as such, and not repeated, and no process has the right one in its environment", async () => {
  expect(environments.size).toBe(7);
  for (const [name, environment] of environments) expect(environment, name).not.toContain(PASSPHRASE);
  const wrong = await refusal({ KEK_PASSPHRASE: "another passphrase" });
  expect(wrong).toMatch(/The keys of the \w+ in .* cannot be opened: .*passphrase/);
  expect(wrong).not.toContain("another passphrase");
  expect(wrong).not.toContain(PASSPHRASE);
  expect(await refusal({})).toMatch(/The keys of the \w+ in .* cannot be opened: .*KEK_PASSPHRASE/);
});

const DAMAGES = [
  ["is cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
  ["is empty", () => Buffer.alloc(0)],
  ["has one changed byte", (bytes: Buffer) => flipInside(bytes)],
] as const;

/** Changes one character of the longest value, so that the file still reads as JSON. */
function flipInside(bytes: Buffer): Buffer {
  const words = [...bytes.toString("latin1").matchAll(/[A-Za-z0-9_-]{20,}/g)];
  const longest = words.sort((a, b) => b[0].length - a[0].length)[0];
  if (longest === undefined) throw new Error("no value to change");
  const changed = Buffer.from(bytes);
  const at = longest.index + (longest[0].length >> 1);
  changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
  return changed;
}

for (const holder of ["portal", "signer", ...(isDeep ? ["custodian"] : [])]) {
  test(`a damaged keystore of the ${holder} is named, and a restored one is accepted`, async () => {
    const file = path.join(dataDir, "keys", holder, "keystore.json");
    const whole = readFileSync(file);
    try {
      // `npm test` damages the first one in each way, and the second in one.
      for (const [how, damage] of isDeep || holder === "portal" ? DAMAGES : DAMAGES.slice(0, 1)) {
        writeFileSync(file, damage(whole));
        const line = await refusal(ENV);
        expect(line, `${holder} ${how}`).toMatch(
          new RegExp(
            `The keys of the ${holder} in ${path.dirname(file)} cannot be opened: .*(damaged|keystore)`,
          ),
        );
      }
    } finally {
      writeFileSync(file, whole);
    }
  });
}

if (isDeep)
  test("without demo.json the instance starts, and says that the keys cannot be shown again", async () => {
    rmSync(path.join(dataDir, "demo.json"));
    const running = await start();
    // This line may come a moment after the one that says the instance is ready.
    await expect.poll(() => running.output()).toMatch(/demo\.json is missing: .* cannot be shown again/);
    expect(running.output()).not.toContain("/api_key/");
    const as = (participant: string, duty?: string) => {
      const account = demo.accounts.find(
        (one) => one.participant_id === participant && (duty === undefined || one.duties.includes(duty)),
      );
      if (account === undefined) throw new Error(`no account ${participant}`);
      expect(running.output()).not.toContain(account.api_key);
      return caller(running.baseUrl, account.api_key);
    };
    // The refused starts changed nothing: old keys work, the transaction opens, the log is whole.
    await expectOpens(as("miner-789"), made);
    expect(await expectLogVerifies(as("coordinator-001", "approve"))).toBeGreaterThan(0);
    const places = placesOf(dataDir);
    await end();
    expect(processesOf(places)).toEqual([]);
  });

test("a first start that is interrupted leaves no process, and the next one starts from the beginning", async () => {
  const folder = path.join(scratch, "cut-off");
  for (const signal of isDeep
    ? (["SIGTERM", "SIGKILL", "SIGINT"] as const)
    : (["SIGTERM", "SIGKILL"] as const)) {
    const starting = spawnStart(folder, await findFreePort());
    await waitUntil(
      "the seed has begun",
      async () => /Demonstration data …/.test(starting.output()) || starting.child.exitCode !== null,
      PATIENCE_MS,
    );
    const places = placesOf(folder);
    expect(processesOf(places).length, starting.output()).toBeGreaterThan(4);
    starting.child.kill(signal);
    const code = await starting.ended;
    await waitUntil("no process is left", async () => processesOf(places).length === 0, PATIENCE_MS);
    if (signal !== "SIGKILL") expect(code, starting.output()).toBe(0);
    expect(starting.output()).not.toMatch(/cannot start|fault of the program|^\s+at /m);
  }
  const running = await startInstance({ dataDir: folder });
  try {
    expect(running.output()).toContain("An unfinished first start is discarded.");
    const status = await people(readDemo(folder)).client456.get("/confidential/status");
    expect(status.status, status.text).toBe(200);
  } finally {
    await running.end();
  }
});
