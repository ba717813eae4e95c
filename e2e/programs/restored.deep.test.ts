import { cpSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { verifyLog } from "@/bench/load/verify-log";
import { cookieOf } from "@/bench/product/calls";
import { makeIdentity, type TestIdentity } from "@/lib/testing/benches/age-identity";
import {
  type RunningInstance,
  removeDataFolder,
  startInstance,
  waitUntil,
} from "@/lib/testing/instance/instance";
import { asSuperuser } from "../support/admin";
import { people, readDemo } from "../support/api";
import {
  type Accepted,
  expectOpens,
  PATIENCE_MS,
  placesOf,
  processesOf,
  readStatus,
} from "../support/faults";
import { checkpointSize } from "../support/log-after-faults";
import { operate } from "../support/operator";
import { canaries, submitTransaction } from "../support/steps";

// docs/runbooks/restore.md to its end: an instance is killed, comes back from its backups in another folder, and serves
// by `npm start`. What was written after the last archived segment of WAL is lost, and the log names it.
let root: string;
let lost: RunningInstance;
let back: RunningInstance | undefined;
let database: TestIdentity;
let keys: TestIdentity;
let into: string;

const backups = () => ({
  BACKUP_DIR: path.join(root, "backups"),
  BACKUP_RECIPIENTS: database.recipient,
  KEY_BACKUP_RECIPIENTS: keys.recipient,
});

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sealport-restored-"));
  [database, keys] = [await makeIdentity(root, "database.age"), await makeIdentity(root, "keys.age")];
  into = path.join(root, "new");
  lost = await startInstance({ env: backups() });
}, 11 * 60_000);
afterAll(async () => {
  await back?.stop();
  await lost?.stop();
  await removeDataFolder(into);
  await rm(root, { recursive: true, force: true });
});

/** Runs a command of the operator that must succeed, and returns what it printed. */
async function done(dataDir: string, script: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await operate({ DATA_DIR: dataDir, ...backups() }, script, ...words);
  expect([code, stderr], stdout).toEqual([0, ""]);
  return stdout;
}

async function submit(): Promise<Accepted> {
  const secret = canaries();
  return { id: await submitTransaction(people(readDemo(lost.dataDir)).client456, secret), memo: secret.memo };
}

/** Returns the name of the segment of WAL that has what was committed last. */
async function walSegment(client: Client): Promise<string> {
  const { rows } = await client.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS name");
  return z.object({ name: z.string() }).parse(rows[0]).name;
}

const isArchived = (segment: string) =>
  readdirSync(path.join(root, "backups/wal")).some((file) => file.startsWith(segment));

test("an instance that was killed serves again from its backups, and names what was lost with it", async () => {
  const before = people(readDemo(lost.dataDir));
  const first = await submit();
  await done(lost.dataDir, "op.ts", "backup", "create", "--identity", database.file);
  const keyFile = (await done(lost.dataDir, "op.ts", "backup", "keys"))
    .replace("Backup of keys: ", "")
    .trim();
  const withKeys = ["--identity", database.file, "--keys", keyFile, "--keys-identity", keys.file];
  expect(await done(lost.dataDir, "op.ts", "backup", "drill", ...withKeys)).toContain("RPO");

  const second = await submit();
  const segment = await asSuperuser(lost.dataDir, walSegment);
  await waitUntil("its segment is archived", async () => isArchived(segment), PATIENCE_MS);
  const third = await submit();
  const { log_size: size } = await readStatus(before.client456);
  await waitUntil(
    "all of it is signed",
    async () => (await checkpointSize(before.auditor)) >= size,
    PATIENCE_MS,
  );
  const places = placesOf(lost.dataDir);
  await lost.end("SIGKILL");
  await waitUntil("no process is left", async () => processesOf(places).length === 0, PATIENCE_MS);

  const order = ["--to", "latest", "--into", into, ...withKeys];
  expect(await done(lost.dataDir, "op.ts", "backup", "restore", ...order)).toMatch(/Last transaction: /);
  for (const newer of ["signer", "custodian", "witness"]) {
    rmSync(path.join(into, newer), { recursive: true, force: true });
    cpSync(path.join(lost.dataDir, newer), path.join(into, newer), { recursive: true });
  }
  const plan = await done(into, "recover.ts");
  const confirm = /--confirm (\d+)/.exec(plan)?.[1] ?? "";
  expect(Number(confirm), plan).toBeGreaterThanOrEqual(size);
  await done(into, "recover.ts", "--confirm", confirm);

  back = await startInstance({ dataDir: into });
  const demo = { ...readDemo(lost.dataDir), base_url: back.baseUrl };
  const cookie = await cookieOf(back.baseUrl, demo, "client-456");
  const page = await fetch(new URL("/transactions", back.baseUrl), { headers: { cookie } });
  expect([page.status, new URL(page.url).pathname]).toEqual([200, "/transactions"]);
  const who = people(demo);
  for (const one of [first, second]) await expectOpens(who.miner789, one);
  expect((await who.client456.get(`/confidential/transactions/${third.id}`)).status).toBe(404);
  // A declared loss is never a good verdict, and it is all that the verifier finds.
  const { code, output } = await verifyLog(who.auditor);
  expect([code, output.match(/^ {2}[a-z]+:/gm)], output).toEqual([1, ["  lost:"]]);
  expect((await readStatus(who.client456)).alarms).toEqual([]);
});
