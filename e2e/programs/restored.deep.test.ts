import { cpSync, existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
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
import { canaries, newTransaction } from "../support/steps";

// docs/runbooks/restore.md to its end: an instance is killed, comes back in another folder from a copy of its backups that
// another machine has, and serves by `npm start`. What is in the copy's segments of WAL comes back; what is lost the log names.
let root: string;
let lost: RunningInstance;
let back: RunningInstance | undefined;
let database: TestIdentity;
let keys: TestIdentity;
let into: string;
let copy: string;

const backups = () => ({
  BACKUP_DIR: path.join(root, "backups"),
  BACKUP_RECIPIENTS: database.recipient,
  KEY_BACKUP_RECIPIENTS: keys.recipient,
});

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sealport-restored-"));
  [database, keys] = [await makeIdentity(root, "database.age"), await makeIdentity(root, "keys.age")];
  [into, copy] = [path.join(root, "new"), path.join(root, "elsewhere")];
  lost = await startInstance({ env: backups() });
}, 11 * 60_000);
afterAll(async () => {
  await back?.stop();
  await lost?.stop();
  await removeDataFolder(into);
  await rm(root, { recursive: true, force: true });
});

const command = (dataDir: string, script: string, ...words: readonly string[]) =>
  operate({ DATA_DIR: dataDir, ...backups() }, script, ...words);

/** Runs a command of the operator that must succeed, and returns what it printed. */
async function done(dataDir: string, script: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(dataDir, script, ...words);
  expect([code, stderr], stdout).toEqual([0, ""]);
  return stdout;
}

const Submitted = z.looseObject({
  transaction_id: z.string(),
  receipt: z.looseObject({ entry_id: z.string() }),
});

/** Submits a transaction. Its entry of the log is committed together with it. */
async function submit(): Promise<Accepted & { readonly entry: string }> {
  const secret = canaries();
  const who = people(readDemo(lost.dataDir)).client456;
  const answer = await who.post("/confidential/transactions", newTransaction(secret));
  expect(answer.status, answer.text).toBe(201);
  const { transaction_id: id, receipt } = Submitted.parse(answer.json);
  return { id, memo: secret.memo, entry: receipt.entry_id };
}

/** Waits until an entry has its place in the tree, so that a checkpoint can cover it. */
async function placed(entry: string): Promise<void> {
  await waitUntil(
    "the entry has its place in the log",
    () =>
      asSuperuser(lost.dataDir, async (client) => {
        const { rows } = await client.query("SELECT 1 FROM audit_queue WHERE entry_id = $1", [entry]);
        return rows.length === 0;
      }),
    PATIENCE_MS,
  );
}

/** Waits until the segment of WAL with everything that is committed is in the folder of backups. */
async function archived(): Promise<void> {
  const segment = await asSuperuser(lost.dataDir, async (client) => {
    const { rows } = await client.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS name");
    return z.object({ name: z.string() }).parse(rows[0]).name;
  });
  const file = path.join(root, "backups/wal", `${segment}.gz.age`);
  await waitUntil("its segment is archived", async () => existsSync(file));
}

test(
  "an instance that was killed serves again from its backups, and names what was lost with it",
  async () => {
    const before = people(readDemo(lost.dataDir));
    const first = await submit();
    const create = () => command(lost.dataDir, "op.ts", "backup", "create", "--identity", database.file);
    // The instance begins with a backup of its own, and only one runs at a time.
    await waitUntil("a backup is made", async () => (await create()).code === 0, PATIENCE_MS);
    const keyFile = (await done(lost.dataDir, "op.ts", "backup", "keys"))
      .replace("Backup of keys: ", "")
      .trim();
    const withKeys = ["--identity", database.file, "--keys", keyFile, "--keys-identity", keys.file];
    expect(await done(lost.dataDir, "op.ts", "backup", "drill", ...withKeys)).toContain("RPO");

    const second = await submit();
    await archived();
    cpSync(path.join(root, "backups"), copy, {
      recursive: true,
      filter: (file) => !file.endsWith(".part"),
    });
    const third = await submit();
    await placed(third.entry);
    const { log_size: size } = await readStatus(before.client456);
    await waitUntil(
      "all of it is signed",
      async () => (await checkpointSize(before.auditor)) >= size,
      PATIENCE_MS,
    );
    const places = placesOf(lost.dataDir);
    await lost.end("SIGKILL");
    await waitUntil("no process is left", async () => processesOf(places).length === 0, PATIENCE_MS);

    const order = ["--from", copy, "--to", "latest", "--into", into, ...withKeys];
    expect(await done(lost.dataDir, "op.ts", "backup", "restore", ...order)).toMatch(/Last transaction: /);
    for (const newer of ["signer", "custodian", "witness"]) {
      rmSync(path.join(into, newer), { recursive: true, force: true });
      cpSync(path.join(lost.dataDir, newer), path.join(into, newer), { recursive: true });
    }
    const plan = await done(into, "recover.ts");
    const confirm = /--confirm (\d+)/.exec(plan)?.[1] ?? "";
    expect(Number(confirm), plan).toBeGreaterThanOrEqual(size);
    const named = /Lost with their sealed parts: (\d+)/.exec(
      await done(into, "recover.ts", "--confirm", confirm),
    )?.[1];

    back = await startInstance({ dataDir: into });
    const demo = { ...readDemo(lost.dataDir), base_url: back.baseUrl };
    const cookie = await cookieOf(back.baseUrl, demo, "client-456");
    const page = await fetch(new URL("/transactions", back.baseUrl), { headers: { cookie } });
    expect([page.status, new URL(page.url).pathname]).toEqual([200, "/transactions"]);
    const who = people(demo);
    for (const one of [first, second]) await expectOpens(who.miner789, one);
    expect((await who.client456.get(`/confidential/transactions/${third.id}`)).status).toBe(404);
    // A declared loss is never a good verdict, and it is all that the verifier finds. It names each entry.
    const { code, output } = await verifyLog(who.auditor);
    expect([code, output.match(/^ {2}[a-z]+:/gm)], output).toEqual([1, ["  lost:"]]);
    const entries = [...output.matchAll(/entry:([0-9a-f-]+)/g)].map(([, id]) => id);
    expect(entries, output).toHaveLength(Number(named));
    expect([first, second, third].map(({ entry }) => entries.includes(entry))).toEqual([false, false, true]);
    expect((await readStatus(who.client456)).alarms).toEqual([]);
  },
  20 * 60_000,
);
