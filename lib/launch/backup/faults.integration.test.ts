import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listBackups } from "@/lib/backup/archive/backup-folder";
import { createBackup } from "@/lib/launch/backup/create-backup";
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

it("a restart of the database during a backup fails it with one line, and nothing is kept", async () => {
  const before = await readdir(bench.folder.base);
  const made = createBackup(bench.env, { identity: undefined });
  const refused = expect(made).rejects.toThrow("The database stopped during the backup");
  await expect.poll(isWriting).toBe(true);
  await bench.restartDatabase();
  await refused;
  expect(await readdir(bench.folder.base)).toEqual(before);
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
