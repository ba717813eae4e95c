import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LaunchEnv } from "@/lib/env";
import { PATHS } from "@/lib/escrow/protocol/messages";
import { callService } from "@/lib/ipc/client";
import { KEY_HOLDERS, prepareFolders } from "@/lib/launch/folders";
import { newInstance, writeInstance } from "@/lib/launch/instance-file";
import { createAllKeys } from "@/lib/launch/key-creation";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { runStep, type StepResult } from "@/lib/launch/run-step";
import { makeSoftwareToken } from "@/lib/testing/devices/software-token";
import { startMoto } from "@/lib/testing/servers/moto-server";
import { startTransitServer, type TransitServer } from "@/lib/testing/servers/transit-server";

// The commands and a process of the product, as an operator runs them; the custodian needs no database to answer.
let dir: string;
let server: TransitServer;
let running: ChildProcess | undefined;
beforeEach(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sp-keys-"));
  server = await startTransitServer();
  await server.admin("POST", "keys/custodian");
});
afterEach(async () => {
  await stop();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const TRANSIT = "transit:custodian";
const url = (): string => `unix:${dir}/c.sock`;

function variables(custody: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LOG_ORIGIN: "log.example.test",
    TENANT_ID: "01936f2a-7c1b-7def-8a10-0000000000aa",
    LOG_LEVEL: "fatal",
    KEY_DIR: path.join(dir, "keys"),
    KEK_FILE: path.join(dir, "keys", "kek.key"),
    DATA_DIR: dir,
    CUSTODIAN_URL: url(),
    SEALPORT_CUSTODY: custody,
    VAULT_ADDR: server.url,
    VAULT_TOKEN: server.token,
  };
}

function keys(custody: string, ...args: string[]): Promise<StepResult> {
  const env = variables(custody);
  return runStep({ args: scriptArguments("keys.ts", "custody", ...args), cwd: PROGRAM_ROOT, env });
}

/** Starts the custodian and waits until it serves; answers its exit code where it does not. */
async function start(custody: string): Promise<number | undefined> {
  const child = spawn(process.execPath, scriptArguments("start-custodian.ts"), {
    cwd: PROGRAM_ROOT,
    env: { ...variables(custody), NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  running = child;
  return new Promise((resolve) => {
    child.once("message", () => resolve(undefined));
    child.once("exit", (code) => resolve(code ?? -1));
  });
}

async function stop(): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function identity(): Promise<string> {
  const call = { method: "GET", path: PATHS.identity, timeoutMs: 60_000 };
  return (await callService(url(), call)).body.toString("utf8");
}

test("a process's keys move from a key file to Transit while it runs, and back to neither by mistake", async () => {
  expect(await start("local")).toBeUndefined();
  const before = await identity();
  const file = readFileSync(path.join(dir, "keys", "keystore.json"), "utf8");
  expect(JSON.parse(file).v).toBe(1);

  expect((await keys("local", "move", "--to", TRANSIT)).code).toBe(0);
  expect((await keys("local", "show")).stdout).toMatch(
    /current root 1: local .*\n.*staged root 2: transit:custodian/,
  );
  expect(await identity()).toBe(before);
  await stop();

  expect(await start(TRANSIT)).toBeUndefined();
  expect(await identity()).toBe(before);
  expect((await keys(TRANSIT, "show")).stdout).toMatch(
    /old root 1: local .*\n.*current root 2: transit:custodian/,
  );
  await stop();

  expect(await start("local")).toBeUndefined();
  expect(await identity()).toBe(before);
  await stop();

  expect((await keys(TRANSIT, "finish")).code).toBe(0);
  expect(await start("local")).toBe(1);
  expect(await start(TRANSIT)).toBeUndefined();
  expect(await identity()).toBe(before);
});

test("the keys of a whole instance move, each process's own, and stay the same keys", async () => {
  const folders = await prepareFolders(path.join(dir, "data"));
  const base = variables("local");
  const instance = newInstance("log.example.test");
  writeInstance(folders.file("instance.json"), instance);
  const launch = (custody: string): LaunchEnv => ({
    HOST: "127.0.0.1",
    PORT: 3000,
    DATA_DIR: folders.dataDir,
    DATABASE_NAME: "sealport",
    LOG_LEVEL: "fatal",
    SEED: "none",
    PATH: base.PATH ?? "",
    KEK_PASSPHRASE: "correct horse",
    SEALPORT_CUSTODY: custody,
    VAULT_ADDR: server.url,
    VAULT_TOKEN: server.token,
  });
  const create = (custody: string) =>
    createAllKeys(launch(custody), folders, instance.origin, instance.origin);
  const act = (custody: string, ...args: string[]) => {
    const { KEY_DIR: _dir, KEK_FILE: _file, ...rest } = variables(custody);
    const env = { ...rest, DATA_DIR: folders.dataDir, KEK_PASSPHRASE: "correct horse" };
    return runStep({ args: scriptArguments("keys.ts", "custody", ...args), cwd: PROGRAM_ROOT, env });
  };
  const vkeys = await create("local");
  expect((await act("local", "move", "--to", TRANSIT, "--of", "signer")).stdout).toMatch(/^signer: root 2 /);
  const all = await act("local", "move", "--to", TRANSIT);
  for (const holder of KEY_HOLDERS)
    expect(all.stdout).toMatch(new RegExp(`^${holder}: root [23] is wrapped`, "m"));
  expect(await create(TRANSIT)).toEqual(vkeys);
  expect((await act(TRANSIT, "finish")).stdout.match(/of local is dropped/g)).toHaveLength(4);
  expect(await create(TRANSIT)).toEqual(vkeys);
  await expect(create("local")).rejects.toThrow(
    /is not held by local: set SEALPORT_CUSTODY to transit:custodian/,
  );
});

test("a process makes its keys in AWS KMS and in a token, and opens them there again", async () => {
  const token = makeSoftwareToken();
  const moto = await startMoto();
  try {
    token.makeKey("custodian", "01", "--sensitive", "--private");
    const operator = new KMSClient({
      endpoint: moto.url,
      region: "eu-central-1",
      credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" },
    });
    const { KeyMetadata } = await operator.send(new CreateKeyCommand({ KeyUsage: "ENCRYPT_DECRYPT" }));
    const services: [string, Record<string, string>][] = [
      [`pkcs11:${token.uri("custodian")}`, { PKCS11_PIN: token.pin, PKCS11_ENV: token.environment }],
      [
        `aws-kms:${KeyMetadata?.Arn}`,
        {
          AWS_REGION: "eu-central-1",
          AWS_ACCESS_KEY_ID: "AKIATEST",
          AWS_SECRET_ACCESS_KEY: "test",
          AWS_ENDPOINT_URL_KMS: moto.url,
        },
      ],
    ];
    for (const [custody, extra] of services) {
      const env = { ...variables(custody), KEY_DIR: path.join(dir, custody.slice(0, 3)), ...extra };
      const create = () =>
        runStep({ args: scriptArguments("create-keys.ts", "custodian"), cwd: PROGRAM_ROOT, env });
      const first = await create();
      expect([first.code, first.stdout], first.stderr).toEqual([0, expect.stringContaining("custodian+")]);
      expect((await create()).stdout).toBe(first.stdout);
      const move = scriptArguments("keys.ts", "custody", "move", "--to", custody);
      const moved = await runStep({ args: move, cwd: PROGRAM_ROOT, env });
      // The printed setting can be pasted into a shell, where a URI's characters would end a command.
      const setting = custody.startsWith("pkcs11:") ? `'${custody}'` : custody;
      expect(moved.stdout, moved.stderr).toContain(
        `restart each process with SEALPORT_CUSTODY=${setting}; running`,
      );
      const withoutService = { ...env, PKCS11_PIN: "11112222", AWS_ENDPOINT_URL_KMS: "http://127.0.0.1:9" };
      const args = scriptArguments("create-keys.ts", "custodian");
      const refused = await runStep({ args, cwd: PROGRAM_ROOT, env: withoutService });
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(/denies: check the PIN|AWS KMS does not answer/),
      ]);
    }
  } finally {
    await moto.close();
    token.close();
  }
});

test("a move that is killed while it asks the service leaves a keystore that opens, with its keys", async () => {
  const made = async (custody: string) => {
    const args = scriptArguments("create-keys.ts", "custodian");
    const step = await runStep({ args, cwd: PROGRAM_ROOT, env: variables(custody) });
    return [step.code, step.stdout];
  };
  const whole = await made("local");
  const args = scriptArguments("keys.ts", "custody", "move", "--to", TRANSIT);
  for (let wraps = 0; wraps < 4; wraps += 1) {
    const child = spawn(process.execPath, args, {
      cwd: PROGRAM_ROOT,
      env: { ...variables("local"), NODE_ENV: "production" },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await server.calls(wraps + 1, () => child.kill("SIGKILL"));
    await ended;
    expect(await made("local")).toEqual(whole);
  }
  expect((await keys("local", "move", "--to", TRANSIT)).code).toBe(0);
  expect(await made(TRANSIT)).toEqual(whole);
});

test("a move whose target does not answer, denies or is invalid changes no key and reports it in one line", async () => {
  expect(await start("local")).toBeUndefined();
  await stop();
  const file = () => readFileSync(path.join(dir, "keys", "keystore.json"), "utf8");
  const before = file();
  const absent = await keys("local", "move", "--to", "transit:absent");
  expect([absent.code, absent.stderr]).toEqual([1, "the Transit key transit/absent is not there\n"]);
  server.revokeToken();
  const denied = await keys("local", "move", "--to", TRANSIT);
  expect([denied.code, denied.stderr]).toEqual([
    1,
    "Transit denies transit/custodian: check token and policy\n",
  ]);
  expect((await keys("local", "move", "--to", "nowhere")).code).toBe(1);
  expect((await keys("local", "finish")).stdout).toMatch(/nothing to drop/);
  expect(file()).toBe(before);
  expect((await keys("local")).code).toBe(2);
});
