import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { spokenGroups } from "@/lib/digests";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Caller, caller, type Demo, people, readDemo } from "../support/api";
import { ok } from "../support/client-held-key";
import { accountOf } from "../support/sign-in";

// docs/guides/held-keys.md, step by step: a participant's own program keeps its key, against its own instance.
const run = promisify(execFile);
const PARTICIPANT = "client-123";
const PATIENCE = { timeout: 90_000 };

let instance: RunningInstance;
let demo: Demo;
let own: Caller;
let folder: string;
let origin: string;

beforeAll(async () => {
  instance = await startInstance({});
  demo = readDemo(instance.dataDir);
  own = caller(demo.base_url, accountOf(PARTICIPANT, demo).api_key);
  folder = mkdtempSync(path.join(tmpdir(), "sealport-held-"));
  writeFileSync(path.join(folder, "api-key"), `${accountOf(PARTICIPANT, demo).api_key}\n`);
  const checkpoint = await own.get("/confidential/audit/log/checkpoint");
  origin = checkpoint.text.split("\n")[0] ?? "";
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await instance?.stop();
});

/** Runs the program as the guide does, in its own folder. Files are named without their folder. */
async function program(...args: readonly string[]): Promise<{ code: number; said: string }> {
  const env = {
    NODE_ENV: "production" as const,
    PATH: process.env.PATH,
    SEALPORT_URL: demo.base_url,
    SEALPORT_API_KEY_FILE: "api-key",
  };
  try {
    const file = path.resolve("interop/held-key.mjs");
    const { stdout, stderr } = await run(process.execPath, [file, ...args], { env, cwd: folder });
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}

async function done(...args: readonly string[]): Promise<string> {
  const { code, said } = await program(...args);
  expect(code, said).toBe(0);
  return said;
}

const make = (file: string) => done("new", file, "--participant", PARTICIPANT, "--log", origin);

async function submit(amount: string): Promise<string> {
  const { transaction_id } = ok(
    await people(demo).miner789.post("/confidential/transactions", {
      job_id: "job-held",
      amount,
      currency: "EUR",
      pricing: { rate: "0.10", unit: "gpu-hour" },
      participants: [PARTICIPANT],
      confidential: true,
    }),
  );
  return String(transaction_id);
}

interface Key {
  readonly key_id: string;
  readonly kid: string;
  readonly state: string;
  readonly fingerprint: string;
  readonly remaining_wraps: number;
}

async function keys(): Promise<Key[]> {
  return (await own.get(`/confidential/keys?participant_id=${PARTICIPANT}`)).json.items as Key[];
}

async function active(): Promise<Key> {
  const found = (await keys()).find(({ state }) => state === "active");
  if (found === undefined) throw new Error("no key is active");
  return found;
}

test("a participant's own program registers a key, opens, replaces it and re-wraps for the new one", async () => {
  const made = await make("first.json");
  expect(statSync(path.join(folder, "first.json")).mode & 0o777).toBe(0o600);
  expect((await program("new", "first.json", "--participant", PARTICIPANT, "--log", origin)).code).toBe(1);
  await done("register", "first.json");
  const first = await active();
  expect(made).toContain(first.fingerprint);
  expect(made).toContain(spokenGroups(first.fingerprint, 16));
  const transaction = await submit("17.25");
  expect(await done("open", "first.json", transaction)).toContain('"amount":"17.25"');
  expect(await done("open", "first.json", transaction)).toContain('"rate":"0.10"');

  // What is sealed with the managed key is moved first.
  await expect.poll(async () => (await keys())[0]?.remaining_wraps, PATIENCE).toBe(0);
  await make("second.json");
  const alone = await program("register", "second.json");
  expect(alone.code).toBe(1);
  expect(alone.said).toContain("--former");
  await done("register", "second.json", "--former", "first.json");
  expect((await program("open", "second.json", transaction)).said).toContain("is not sealed for");
  expect(await done("hand-over", "first.json", "second.json")).toMatch(/^[1-9]\d* groups handed over\n$/);
  expect(await done("hand-over", "first.json", "second.json")).toBe("0 groups handed over\n");
  expect((await keys()).find(({ kid }) => kid === first.kid)?.remaining_wraps).toBe(0);
  expect(await done("open", "second.json", transaction)).toContain('"amount":"17.25"');
});

test("the program answers no challenge about another log, and no answer contains its private key", async () => {
  await done("new", "other.json", "--participant", PARTICIPANT, "--log", "log.example.test/other");
  const refused = await program("register", "other.json", "--former", "second.json");
  expect(refused.code).toBe(1);
  expect(refused.said).toContain("is not about this key, participant and log");
  const { d } = JSON.parse(readFileSync(path.join(folder, "second.json"), "utf8")) as { d: string };
  expect(await done("show", "second.json")).not.toContain(d);
});

test("after a key is reported lost and two people sign, the new key reads what was sealed with the lost one", async () => {
  const transaction = await submit("4.50");
  const lost = await active();
  await make("third.json");
  const said = await done(
    "lost",
    lost.key_id,
    "third.json",
    "--reason",
    "The token was dropped into the harbour",
  );
  expect(said).toContain("two persons must sign");
  expect((await program("prove-recovery", lost.key_id, "third.json")).code).toBe(1);
  for (const duty of ["legal", "approve"]) {
    const signer = caller(demo.base_url, accountOf(`coordinator-001:${duty}`, demo).api_key);
    ok(await signer.post(`/confidential/keys/${lost.key_id}/recovery/statements`, {}));
  }
  expect(await done("prove-recovery", lost.key_id, "third.json")).toContain("is active");
  await expect
    .poll(async () => (await keys()).find(({ kid }) => kid === lost.kid)?.remaining_wraps, PATIENCE)
    .toBe(0);
  expect(await done("open", "third.json", transaction)).toContain('"amount":"4.50"');
});
