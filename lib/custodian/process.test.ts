import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PATHS } from "@/lib/escrow/protocol/messages";
import { callService } from "@/lib/ipc/client";
import { childArguments } from "@/lib/testing/children/child-arguments";

// The custodian program, started as the supervisor starts it.
let dir: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sp-proc-"));
});
afterEach(() => {
  running?.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

const url = (): string => `unix:${path.join(dir, "c.sock")}`;

function spawnCustodian(env: NodeJS.ProcessEnv = { NODE_ENV: "test", KEK_PASSPHRASE: "right" }): {
  child: ChildProcess;
  output: () => string;
} {
  const child = spawn(process.execPath, childArguments("scripts/start-custodian.ts"), {
    env: {
      PATH: process.env.PATH ?? "",
      LOG_ORIGIN: "log.example.test/sealport",
      TENANT_ID: "01936f2a-7c1b-7def-8a10-000000000001",
      KEY_DIR: path.join(dir, "keys"),
      DATA_DIR: dir,
      CUSTODIAN_URL: url(),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  running = child;
  return { child, output: () => output };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

/** Resolves when the process reports that it serves. Rejects when it ends before. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it served`)));
  });
}

const revoke = (grant: string) =>
  callService(url(), {
    method: "POST",
    path: PATHS.revocations,
    body: { grant, reason: "over", at: "2026-11-24T15:00:00Z" },
    timeoutMs: 5_000,
  });

test("kill -9 during a stream of acts loses no answered act, and the same key and epoch are used again", async () => {
  const first = spawnCustodian();
  await ready(first.child);
  const epochs = await callService(url(), { method: "GET", path: PATHS.epochs, timeoutMs: 5_000 });
  const answered: string[] = [];
  const stream = Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const grant = `01936f2a-7c1b-7def-8a10-${n.toString(16).padStart(12, "0")}`;
      const reply = await revoke(grant).catch(() => undefined);
      if (reply?.status === 200) answered.push(grant);
      if (answered.length === 60) first.child.kill("SIGKILL");
    }),
  );
  await ended(first.child);
  await stream;
  const second = spawnCustodian();
  await ready(second.child);
  const journal = readFileSync(path.join(dir, "custodian", "journal"), "utf8");
  expect(answered.length).toBeGreaterThanOrEqual(60);
  for (const grant of answered) expect(journal).toContain(`"grant":"${grant}"`);
  const again = await callService(url(), { method: "GET", path: PATHS.epochs, timeoutMs: 5_000 });
  expect(again.body.toString()).toBe(epochs.body.toString());
});

test("BACKUP_COMMAND gets the journal after an act, without the custodian's secrets, and its failures are in the health", async () => {
  const calls = path.join(dir, "calls");
  const script = path.join(dir, "copy.sh");
  writeFileSync(
    script,
    `echo "\${KEK_PASSPHRASE:-none} $1" >> ${calls}; test "$1" != ${path.join(dir, "roster.json")}`,
  );
  const BACKUP_COMMAND = `/bin/sh ${script}`;
  const { child, output } = spawnCustodian({ NODE_ENV: "test", KEK_PASSPHRASE: "right", BACKUP_COMMAND });
  await ready(child);
  const lines = () => readFileSync(calls, "utf8").trimEnd().split("\n");
  const journal = `none ${path.join(dir, "custodian", "journal")}`;
  // The last file of the first pass.
  await expect
    .poll(() => existsSync(calls) && lines())
    .toContain(`none ${path.join(dir, "keys", "keystore.json")}`);
  rmSync(calls);
  await revoke("01936f2a-7c1b-7def-8a10-000000000001");
  await expect.poll(() => existsSync(calls) && lines()).toEqual([journal]);
  writeFileSync(path.join(dir, "roster.json"), "{}");
  const health = () => callService(url(), { method: "GET", path: "/healthz", timeoutMs: 5_000 });
  await expect.poll(async () => (await health()).body.toString()).toContain('"backup_command":"failed"');
  await expect.poll(output).toContain('"alarm":"backup-command.failed"');
});

test("SIGTERM and the end of its supervisor each end the process cleanly", async () => {
  for (const end of ["SIGTERM", "disconnect"]) {
    const { child } = spawnCustodian();
    await ready(child);
    const code = ended(child);
    if (end === "SIGTERM") child.kill("SIGTERM");
    else child.disconnect();
    expect(await code, end).toBe(0);
  }
});

test("a wrong passphrase, a damaged keystore and a damaged journal each end the start with one clear line", async () => {
  const made = spawnCustodian();
  await ready(made.child);
  made.child.kill("SIGTERM");
  await ended(made.child);
  const failure = async (env?: NodeJS.ProcessEnv): Promise<string> => {
    const { child, output } = spawnCustodian(env);
    expect(await ended(child)).toBe(1);
    return output();
  };
  expect(await failure({ NODE_ENV: "test", KEK_PASSPHRASE: "wrong" })).toContain(
    "the passphrase does not open the keystore in",
  );
  const journal = path.join(dir, "custodian", "journal");
  const whole = readFileSync(journal, "utf8");
  writeFileSync(journal, whole.replace('"epoch":1', '"epoch":2'));
  expect(await failure()).toContain("is damaged at line 1");
  writeFileSync(journal, whole);
  const keystore = path.join(dir, "keys", "keystore.json");
  writeFileSync(keystore, readFileSync(keystore, "utf8").slice(0, 100));
  expect(await failure()).toContain("the keystore in");
});
