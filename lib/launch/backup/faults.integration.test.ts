import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listBackups, openBackupFolder } from "@/lib/backup/archive/backup-folder";
import { readIdentities } from "@/lib/backup/archive/sealed-file";
import { listWal } from "@/lib/backup/archive/wal-archive";
import { findTools } from "@/lib/backup/server/pg-basebackup";
import { createBackup } from "@/lib/launch/backup/create-backup";
import { keepBackups, requireBackupSettings } from "@/lib/launch/backup/keep-backups";
import { restoreBackup } from "@/lib/launch/backup/restore-backup";
import { prepareFolders } from "@/lib/launch/folders";
import { PROGRAM_ROOT } from "@/lib/launch/program";
import { type BackupBench, createBackupBench } from "@/lib/testing/benches/backup-bench";

let bench: BackupBench;
beforeAll(async () => {
  bench = await createBackupBench();
  await bench.log.grow(3);
  await bench.log.sign();
});
afterAll(() => bench?.close());

const op = ["--import", "tsx", "--conditions=react-server", "scripts/op.ts", "backup", "create"];
const isWriting = async () => (await readdir(bench.folder.base)).some((name) => name.endsWith(".part"));

it("a backup that is killed leaves nothing that counts, and the next one removes its file", async () => {
  const child = spawn(process.execPath, op, {
    cwd: PROGRAM_ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...bench.variables },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await expect.poll(isWriting).toBe(true);
  child.kill("SIGKILL");
  await ended;
  expect(await listBackups(bench.folder)).toEqual([]);
  const { manifest } = await createBackup(bench.env, { identity: undefined });
  expect(manifest.verified).toBe("digest");
  expect(await readdir(bench.folder.base)).toEqual([`${manifest.id}.json`, manifest.file.name]);
});

it("a backup by pg_basebackup, for a server on any machine, is restored like a copy", async () => {
  if (findTools(17, "pg_basebackup") === undefined)
    return console.log("NOT RUN: Debian's package postgresql-client-17 is not installed");
  const env = {
    ...bench.env,
    BACKUP_DATABASE_URL: bench.log.database.adminUrl,
    BACKUP_DIR: path.join(bench.root, "outside"),
  };
  const { manifest } = await createBackup(env, { identity: bench.database.file });
  expect(manifest).toMatchObject({
    method: "pg_basebackup",
    verified: "opened",
    superuser: "sealport_superuser",
  });
  const identities = await readIdentities(bench.database.file);
  const into = path.join(bench.root, "from-outside");
  const folder = await openBackupFolder(env.BACKUP_DIR);
  const { server, logSize } = await restoreBackup({ folder, identities, to: undefined, into });
  await server.stop();
  expect(logSize).toBe(manifest.log_size);
});

it("an instance with a folder for backups stores its WAL and makes a backup when one is due", async () => {
  const stop = new AbortController();
  const dir = path.join(bench.root, "kept");
  const folders = await prepareFolders(bench.dataDir);
  const said: string[] = [];
  const env = { ...bench.env, BACKUP_DIR: dir };
  keepBackups({ env, folders, signal: stop.signal, say: (line) => said.push(line) });
  const folder = await openBackupFolder(dir);
  await expect.poll(() => listBackups(folder)).toMatchObject([{ verified: "digest", method: "copy" }]);
  await expect.poll(() => listWal(folder)).not.toEqual([]);
  stop.abort();
  expect(said).toEqual([]);
  expect(() => requireBackupSettings({ ...env, BACKUP_RECIPIENTS: undefined })).toThrow("BACKUP_RECIPIENTS");
});

it("a restart of the database during a backup fails it with one line, and nothing is kept", async () => {
  const before = await readdir(bench.folder.base);
  const made = createBackup(bench.env, { identity: undefined });
  const refused = expect(made).rejects.toThrow("The database stopped during the backup");
  await expect.poll(isWriting).toBe(true);
  await bench.restartDatabase();
  await refused;
  expect(await readdir(bench.folder.base)).toEqual(before);
});

it("a server that is away is refused with one line", async () => {
  const env = { ...bench.env, BACKUP_DATABASE_URL: "postgresql://nobody:x@127.0.0.1:1/none" };
  await expect(createBackup(env, { identity: undefined })).rejects.toThrow("The database cannot be reached");
});

it("a full disk fails a backup with one line, keeps the older ones, and is reported", async () => {
  if (process.getuid?.() !== 0) return console.log("NOT RUN: a small file system needs root");
  const small = path.join(bench.root, "small");
  await mkdir(small);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
  if (mounted.status !== 0) return console.log("NOT RUN: this machine mounts no tmpfs");
  try {
    const full = createBackup({ ...bench.env, BACKUP_DIR: small }, { identity: undefined });
    await expect(full).rejects.toThrow("The disk is full");
    expect(await readdir(path.join(small, "base"))).toEqual([]);
  } finally {
    spawnSync("umount", [small]);
  }
  const { rows } = await bench.log.appPool.query(
    "SELECT outcome, facts FROM backup_run ORDER BY id DESC LIMIT 1",
  );
  expect(rows[0]).toMatchObject({
    outcome: "failed",
    facts: { reason: expect.stringContaining("The disk is full") },
  });
  expect(existsSync(bench.folder.base)).toBe(true);
});
