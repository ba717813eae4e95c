import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { exportSignedCopy } from "@/lib/launch/recovery/export-signed-copy";
import { makeIdentity, type TestIdentity } from "@/lib/testing/benches/age-identity";
import { makeTempFolder } from "@/lib/testing/data-folder";
import { people } from "../support/api";
import { baseUrl, dataDir, demo } from "../support/instance";
import { operate } from "../support/operator";
import { canaries, submitTransaction } from "../support/steps";

// docs/guides/backup.md and docs/runbooks/restore.md by their commands, against a running instance.
let root: string;
let database: TestIdentity;
let keys: TestIdentity;
let keyFile: string;
/** The signer's folder as it was before the backups, as is the checkpoint. */
let olderSigner: string;

const environment = () => ({
  DATA_DIR: dataDir(),
  BACKUP_DIR: path.join(root, "backups"),
  BACKUP_RECIPIENTS: database.recipient,
  KEY_BACKUP_RECIPIENTS: keys.recipient,
});

const op = (command: string, ...more: readonly string[]) =>
  operate(environment(), "op.ts", "backup", ...command.split(" "), ...more);

beforeAll(async () => {
  root = await makeTempFolder("sealport-backup-story-");
  [database, keys] = [await makeIdentity(root, "database.age"), await makeIdentity(root, "keys.age")];
  const checkpoint = await people(demo()).auditor.get("/confidential/audit/log/checkpoint");
  await writeFile(path.join(root, "checkpoint.txt"), checkpoint.text);
  olderSigner = path.join(root, "older-signer");
  mkdirSync(olderSigner);
  const { origin } = JSON.parse(readFileSync(path.join(dataDir(), "instance.json"), "utf8"));
  await exportSignedCopy(path.join(dataDir(), "signer/log"), origin, path.join(olderSigner, "log"));
  await submitTransaction(people(demo()).client456, canaries());
});
afterAll(() => rm(root, { recursive: true, force: true }));

const withKeys = () => ["--keys", keyFile, "--keys-identity", keys.file];

test("the plan names every part and what is never restored", async () => {
  const { code, stdout } = await op("plan");
  expect(code).toBe(0);
  for (const word of [
    "database",
    "portal's keys",
    "custodian",
    "signer",
    "root keys",
    "instance file",
    "the witness's state",
    "the signer copies the rest from there",
  ])
    expect(stdout).toContain(word);
});

test("backups of the database and of the keys are made apart, listed, and read back", async () => {
  const made = await op("create", "--identity", database.file);
  expect(made.stderr).toBe("");
  expect(made.stdout).toMatch(
    /^Backup \d{8}T\d{6}Z: .*\nSHA-256 [0-9a-f]{64}\nVerified: read back and decrypted to its end\.\n$/,
  );
  expect((await op("list")).stdout).toMatch(/^\d{8}T\d{6}Z .* opened\n$/);
  const copied = await op("keys");
  expect(copied.stdout).toMatch(/^Backup of keys: .*-all\.tar\.gz\.age\n$/);
  keyFile = copied.stdout.replace("Backup of keys: ", "").trim();
});

test("one segment of WAL is stored, as an archive_command of the operator's own server does", async () => {
  const segment = path.join(root, "0000000100000000000000A1");
  // The folder has backups of one cluster, whose identifier is in the header of each segment.
  const header = Buffer.alloc(64);
  header.writeBigUInt64LE(BigInt(readFileSync(path.join(root, "backups/cluster"), "utf8").trim()), 24);
  await writeFile(segment, header);
  expect(await op("wal", segment)).toMatchObject({ code: 0, stderr: "" });
  expect(readdirSync(path.join(root, "backups/wal"))).toEqual(["0000000100000000000000A1.gz.age"]);
  expect(await op("wal", keyFile)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("not a file of the write-ahead log"),
  });
  await rm(path.join(root, "backups/wal/0000000100000000000000A1.gz.age"));
});

/** Backs up the keys of one part as where parts are apart: with that part's variables alone. Returns the file. */
async function backUpPart(part: string, instanceFile: string): Promise<string> {
  const keyDir = path.join(dataDir(), "keys", part);
  const variables = {
    ...environment(),
    ...{ INSTANCE_FILE: instanceFile, KEY_DIR: keyDir, KEK_FILE: path.join(keyDir, "kek.key") },
    ...{ DATA_DIR: path.join(dataDir(), part) },
    ...(part === "custodian" ? { CUSTODIAN_ROSTER_FILE: path.join(dataDir(), "keys/roster.json") } : {}),
  };
  const made = await operate(variables, "op.ts", "backup", "keys", "--of", part);
  expect(made.stderr).toBe("");
  return made.stdout.replace("Backup of keys: ", "").trim();
}

test("with parts apart each part backs up its own keys, and a drill takes the files of all", async () => {
  const { origin, tenant_id, vkeys } = JSON.parse(
    readFileSync(path.join(dataDir(), "instance.json"), "utf8"),
  );
  const instanceFile = path.join(root, "instance.json");
  const description = {
    ...{ format: "sealport/instance/1", tenant: tenant_id, origin, portal: "https://portal.example.org" },
    keys: {
      ...{ signer: vkeys["signer.log"], portal: vkeys["portal.receipt"] },
      ...{ custodian: vkeys["custodian.identity"], witness: vkeys["witness.cosigner"] },
    },
    addresses: {},
  };
  await writeFile(instanceFile, JSON.stringify(description));
  const files: string[] = [];
  for (const part of ["portal", "signer", "custodian"]) files.push(await backUpPart(part, instanceFile));
  const given = files.flatMap((file) => ["--keys", file]);
  const order = ["--identity", database.file, ...given, "--keys-identity", keys.file];
  order.push("--signer", olderSigner, "--checkpoint", path.join(root, "checkpoint.txt"));
  const { code, stdout, stderr } = await op("drill", ...order);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("opened by the custodian with the restored keys");
  expect(stdout).toContain("The signer's copy is older: it has ");
  const unnamed = await operate({ ...environment(), INSTANCE_FILE: instanceFile }, "op.ts", "backup", "keys");
  expect(unnamed).toMatchObject({ code: 1, stderr: expect.stringContaining("Name the part") });
});

test("the drill passes on the newest backup, and the portal writes its result into the log", async () => {
  const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith("sealport-drill-"));
  const before = scratch();
  const { code, stdout, stderr } = await op("drill", "--identity", database.file, ...withKeys());
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^Restoring the database and replaying WAL … \d+\.\d s\nReading all pages … \d+\.\d s\n/,
  );
  expect(stdout).toMatch(/Sample transaction: opened by the custodian with the restored keys\./);
  expect(stdout).toMatch(/RPO \d+\.\d s, RTO \d+\.\d s\.\n$/);
  expect(scratch()).toEqual(before);
  const { auditor } = people(demo());
  const entries = async (action: string) =>
    (await auditor.get(`/confidential/audit/events?action=${action}&limit=5`)).json.items;
  await expect.poll(() => entries("backup.drill")).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
  expect(await entries("backup.make")).toMatchObject([{ outcome: "done" }]);
  const ready: unknown = await (await fetch(`${baseUrl()}/readyz`)).json();
  expect(ready).toMatchObject({ backup_age_s: expect.any(Number), drill_age_s: expect.any(Number) });
});

test("a drill that is killed leaves no server and no folder", async () => {
  const order = ["--identity", database.file, ...withKeys()];
  const child = spawn(process.execPath, scriptArguments("op.ts", "backup", "drill", ...order), {
    cwd: PROGRAM_ROOT,
    env: { NODE_ENV: "production", PATH: process.env.PATH, TMPDIR: tmpdir(), ...environment() },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const held = () => readdirSync(tmpdir()).filter((name) => /^sealport-drill-[0-9a-f]+$/.test(name));
  const runs = (name: string) => existsSync(path.join(tmpdir(), name, "postgres/data/postmaster.pid"));
  await expect.poll(() => held().some(runs)).toBe(true);
  child.kill("SIGKILL");
  await ended;
  await expect.poll(() => held().filter(runs)).toEqual([]);
  await expect.poll(held).toEqual([]);
});

test("a restore makes a data folder with the database and the keys, and never writes over one", async () => {
  const into = path.join(root, "restored");
  const order = ["--into", into, "--identity", database.file];
  const { code, stdout, stderr } = await op("restore --to latest", ...order, ...withKeys());
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/Last transaction: .*\nLog: \d+ entries, newest checkpoint over \d+\.\n/);
  for (const name of [
    "instance.json",
    "keys/portal/keystore.json",
    "postgres/data/PG_VERSION",
    "signer/log/state.json",
  ])
    expect(existsSync(path.join(into, name)), name).toBe(true);
  expect(existsSync(path.join(into, "witness/witness"))).toBe(false);
  expect(JSON.parse(readFileSync(path.join(into, "instance.json"), "utf8"))).toEqual(
    JSON.parse(readFileSync(path.join(dataDir(), "instance.json"), "utf8")),
  );
  expect(await op("restore --to latest", ...order)).toMatchObject({
    code: 1,
    stderr: `Error: ${into} is not empty. A restore writes over nothing.\n`,
  });
  const live = await op("restore --to latest", "--identity", database.file, "--into", dataDir());
  expect(live).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Error: An instance runs on .* Stop it/),
  });
});

test.each([
  ["a drill without keys", "drill", () => ["--identity", database.file], "has no keys"],
  ["the identity of the keys", "drill", () => ["--identity", keys.file, ...withKeys()], "another recipient"],
  [
    "a mistyped time",
    "restore --to yesterday",
    () => ["--into", path.join(root, "x"), "--identity", database.file],
    "--to is latest",
  ],
])("%s is refused with one line", async (_, command, more, line) => {
  const { code, stderr } = await op(command, ...more());
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: [^\n]*\n$/);
  expect(stderr).toContain(line);
});

test("a command that is not known prints the usage", async () => {
  expect(await op("undo")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("usage: npm run op -- backup create"),
  });
});
