import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure } from "@/lib/audit/retention/erasure/decide-erasure";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { listBackups, type Manifest, openBackupFolder, sealedPath } from "@/lib/backup/archive/backup-folder";
import { readIdentities } from "@/lib/backup/archive/sealed-file";
import { archiveCommand, listWal } from "@/lib/backup/archive/wal-archive";
import { readBackupState } from "@/lib/backup/record/backup-state";
import { recordBackupRuns } from "@/lib/backup/record/record-runs";
import { archivingWarning, readArchiving } from "@/lib/backup/server/archiving";
import { checkPages } from "@/lib/backup/server/check-pages";
import { findTools } from "@/lib/backup/server/pg-basebackup";
import { fixedClock } from "@/lib/clock";
import { urlFor } from "@/lib/db/bootstrap-roles";
import { startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { openPool } from "@/lib/db/pool";
import { inSnapshot } from "@/lib/db/transaction";
import { withClient } from "@/lib/launch/backup/backup-place";
import { createBackup, storeWaitingWal } from "@/lib/launch/backup/create-backup";
import { recoverScratch, requireOutside, verifyRestored } from "@/lib/launch/backup/drill-checks";
import { keepBackups, requireBackupSettings } from "@/lib/launch/backup/keep-backups";
import { type RestoreOrder, restoreBackup } from "@/lib/launch/backup/restore-backup";
import { prepareFolders } from "@/lib/launch/folders";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { createLogger } from "@/lib/telemetry/logger";
import { hasAge, makeIdentity } from "@/lib/testing/benches/age-identity";
import { type BackupBench, createBackupBench } from "@/lib/testing/benches/backup-bench";
import { EVENT } from "@/lib/testing/benches/recovery-bench";
import { waitUntil } from "@/lib/testing/instance/instance";
import { notRun } from "@/lib/testing/scale";

const YEAR_MS = 365 * 86_400_000;
// One log: a backup, more entries, the moment that is restored to, an erasure and more entries.
let bench: BackupBench;
let manifest: Manifest;
let moment: Date;
let [beforeBackup, inBackup, atMoment, atEnd] = [0, 0, 0, 0];
/** Pseudonym of the person who was erased after the moment. */
let erased = "";
/** The signer's folder as it was before the backup. */
let olderSigner = "";

const query = <T>(url: string, sql: string): Promise<T[]> =>
  withClient(url, async (client) => (await client.query(sql)).rows as T[]);
const admin = <T>(sql: string): Promise<T[]> => query(bench.log.database.adminUrl, sql);

/** Finishes the present segment of WAL and stores what was archived. */
async function archiveNow(
  url = bench.log.database.adminUrl,
  dataDir = bench.dataDir,
  folder = bench.folder,
): Promise<void> {
  const rows = await query<{ name: string }>(url, "SELECT pg_walfile_name(pg_switch_wal()) AS name");
  const name = rows[0]?.name ?? "";
  const spool = path.join(dataDir, "postgres/archive");
  await waitUntil(`${name} is archived`, async () => existsSync(path.join(spool, name)));
  await storeWaitingWal(folder, path.join(dataDir, "postgres/data"), [bench.database.recipient]);
}

/** Returns a moment after everything that is committed, which the server's clock has passed. */
async function momentNow(): Promise<Date> {
  const now = async () => (await admin<{ at: Date }>("SELECT clock_timestamp() AS at"))[0]?.at ?? new Date(0);
  const at = new Date((await now()).getTime() + 2);
  await waitUntil("the moment is over", async () => (await now()) > at);
  return at;
}

beforeAll(async () => {
  bench = await createBackupBench();
  const { log } = bench;
  const staff = (duty: "privacy" | "compliance") =>
    log.person({ role: "coordinator", duties: [duty], hasKey: false });
  const [privacy, compliance] = [await staff("privacy"), await staff("compliance")];
  const person = await log.person({ role: "client", hasKey: false });
  await recordEvent({ ...person, clock: fixedClock(new Date(Date.now() - 2 * YEAR_MS)) }, EVENT);
  erased = person.principal.pseudonym;
  await log.grow(10);
  beforeBackup = (await log.sign()).size;
  olderSigner = path.join(bench.root, "older-signer");
  await cp(log.dir, path.join(olderSigner, "log"), { recursive: true });
  await log.grow(20);
  inBackup = (await log.sign()).size;
  // The restored cluster has this setting too. A scratch server still starts at its own socket.
  await admin("ALTER SYSTEM SET port = 6543");
  manifest = (await createBackup(bench.env, { identity: bench.database.file })).manifest;
  await log.grow(20);
  atMoment = (await log.sign()).size;
  moment = await momentNow();
  const { id } = await askErasure(privacy, { subject: person.principal.handle, reason: "asked" });
  await agreeToErasure(compliance, id);
  const pool = openPool({ url: log.database.retentionUrl, maxConnections: 1 });
  await erasePrepared({ ...log.place, pool, appPool: log.appPool, logger: createLogger("test", "silent") });
  await pool.end();
  await log.grow(10);
  atEnd = (await log.sign()).size;
  await archiveNow();
});
afterAll(() => bench?.close());

let targets = 0;
async function order(more: Partial<RestoreOrder> = {}): Promise<RestoreOrder> {
  targets += 1;
  const into = path.join(bench.root, `restored-${targets}`);
  return {
    folder: bench.folder,
    identities: await readIdentities(bench.database.file),
    to: undefined,
    into,
    ...more,
  };
}

describe("backup create", () => {
  it("makes a file that was decrypted to its end, with a manifest of what it has", async () => {
    expect(manifest).toMatchObject({
      log: bench.log.place.log,
      log_size: inBackup,
      checkpoint: { size: inBackup },
      verified: "opened",
      method: "copy",
    });
    expect(manifest.server_version).toMatch(/^17\./);
    expect(await listBackups(bench.folder)).toEqual([manifest]);
    expect((await readFile(sealedPath(bench.folder, manifest.id))).length).toBe(manifest.file.bytes);
  });

  it("has no key of the instance, and opens with Debian's age and tar", async () => {
    if (!hasAge()) return notRun("age is not installed (Debian: age)");
    const script = `age -d -i '${bench.database.file}' '${sealedPath(bench.folder, manifest.id)}' | tar -tzf -`;
    const { stdout, status } = spawnSync("bash", ["-o", "pipefail", "-c", script], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual(
      expect.arrayContaining(["PG_VERSION", "backup_label", "global/pg_control"]),
    );
    expect(stdout).not.toMatch(/keys|keystore|superuser|postmaster\.pid|instance\.json/);
  });

  it("is reported, and a portal writes its entry once", async () => {
    const read = () => inSnapshot(bench.log.cx, (tx) => readBackupState(tx, bench.log.place.tenantId));
    const { backup } = await read();
    expect(backup.facts).toMatchObject({
      backup: manifest.id,
      sha256: manifest.file.sha256,
      log_size: inBackup,
    });
    expect(Date.now() - (backup.at?.getTime() ?? 0)).toBeLessThan(600_000);
    expect(await recordBackupRuns(bench.log.cx)).toBe(1);
    expect(await recordBackupRuns(bench.log.cx)).toBe(0);
    const rows = await admin("SELECT outcome FROM audit_index WHERE action = 'backup.make'");
    expect(rows).toEqual([{ outcome: "done" }]);
    await expect(admin("UPDATE backup_run SET outcome = 'failed'")).rejects.toThrow("written once");
    await expect(admin("DELETE FROM backup_run")).rejects.toThrow("written once");
  });

  it("refuses one recipient for the database and for keys", async () => {
    const env = { ...bench.env, KEY_BACKUP_RECIPIENTS: bench.database.recipient };
    await expect(createBackup(env, { identity: undefined })).rejects.toThrow("same recipient");
  });
});

describe("backup restore", () => {
  it("brings back a moment: pages are sound, the signer's copy completes the log with its erasures, a checkpoint confirms it", async () => {
    const restored = await restoreBackup(await order({ to: moment, sha256: manifest.file.sha256 }));
    const { server, logSize, checkpoint, lastCommitAt } = restored;
    const { log, tenantId } = bench.log.place;
    const drilled = { url: server.urlOf(manifest.database), log, tenantId, logVkey: bench.log.key.vkey };
    const client = await server.connect(manifest.database);
    const keyOf = async () =>
      (await client.query("SELECT sealed_key FROM audit_compartment WHERE subject = $1", [erased])).rows[0];
    try {
      expect([logSize, checkpoint?.size]).toEqual([atMoment, atMoment]);
      expect(lastCommitAt?.getTime()).toBeLessThanOrEqual(moment.getTime());
      expect(await checkPages(client)).toBeGreaterThan(100);
      expect((await keyOf()).sealed_key).not.toBeNull();
      const copy = await bench.log.copy();
      expect(await verifyRestored(drilled)).toBe(atMoment);
      await expect(requireOutside(drilled, copy)).rejects.toThrow(
        `covers ${atEnd} entries, the restored log has ${atMoment}`,
      );
      const done = await recoverScratch(drilled, path.dirname(bench.log.dir), bench.log.keystore);
      expect(done).toEqual({ copied: atEnd, recovered: atEnd - atMoment, erasedAgain: 1 });
      expect(await keyOf()).toEqual({ sealed_key: null });
      await requireOutside(drilled, copy);
      const forged = { size: copy.size, root: new Uint8Array(32) };
      await expect(requireOutside(drilled, forged)).rejects.toThrow("not the one of the outside checkpoint");
    } finally {
      await client.end();
      await server.stop();
    }
  });

  it("brings back everything that is archived, also with a signer's copy from before the backup", async () => {
    const { server, logSize } = await restoreBackup(await order());
    const { log, tenantId } = bench.log.place;
    const drilled = { url: server.urlOf(manifest.database), log, tenantId, logVkey: bench.log.key.vkey };
    try {
      expect(logSize).toBe(atEnd);
      expect(await recoverScratch(drilled, olderSigner, bench.log.keystore)).toEqual({
        ...{ copied: beforeBackup, recovered: 0, erasedAgain: 0 },
      });
      await requireOutside(drilled, await bench.log.copy());
    } finally {
      await server.stop();
    }
  });

  it("brings back what a restored server archived before its first backup, and refuses an archive without its history", async () => {
    const folder = await openBackupFolder(path.join(bench.root, "continued"));
    await cp(bench.folder.dir, folder.dir, { recursive: true });
    const first = await order({ folder });
    await (await restoreBackup(first)).server.stop();
    const passwordFile = path.join(bench.dataDir, "keys/database/superuser");
    const own = { dataDir: first.into, passwordFile, isDurable: false, archiveCommand };
    const continued = await startEmbeddedDatabase(own);
    const url = urlFor(continued.adminUrl, undefined, manifest.database);
    await query(url, "CREATE TABLE after_restore AS SELECT 1 AS id");
    await archiveNow(url, first.into, folder);
    await continued.stop();
    const { server } = await restoreBackup(await order({ folder }));
    expect(await query(server.urlOf(manifest.database), "SELECT id FROM after_restore")).toEqual([{ id: 1 }]);
    await server.stop();
    await rm(path.join(folder.wal, "00000002.history.gz.age"));
    await expect(restoreBackup(await order({ folder }))).rejects.toThrow("WAL is missing: 00000002.history");
  });

  it("refuses a folder with content, a running instance and a running server", async () => {
    const live = await order({ into: bench.dataDir });
    await expect(restoreBackup(live)).rejects.toThrow(/An instance runs on .*Stop it/);
    await expect(restoreBackup({ ...live, into: path.join(bench.dataDir, "postgres") })).rejects.toThrow(
      /An instance runs/,
    );
    await expect(restoreBackup({ ...live, into: bench.root })).rejects.toThrow("is not empty");
    const locked = await order();
    await mkdir(locked.into);
    await writeFile(path.join(locked.into, "supervisor.lock"), JSON.stringify({ pid: process.pid }));
    await expect(restoreBackup(locked)).rejects.toThrow(`process ${process.pid}`);
  });

  it("refuses times that no backup or archive reaches, and leaves the folder empty", async () => {
    const before = await order({ to: new Date(Date.parse(manifest.finished_at) - 60_000) });
    await expect(restoreBackup(before)).rejects.toThrow("No backup reaches back to");
    const future = await order({ to: new Date(Date.now() + 86_400_000) });
    await expect(restoreBackup(future)).rejects.toThrow("is in the future");
    const after = await order({ to: await momentNow() });
    await expect(restoreBackup(after)).rejects.toThrow(/The archive ends before .* Choose an earlier time/);
    expect(await readdir(after.into)).toEqual([]);
  });

  it("refuses a restored server that accepts no connection, and leaves the folder empty", async () => {
    const folder = await openBackupFolder(path.join(bench.root, "unknown-superuser"));
    await cp(bench.folder.dir, folder.dir, { recursive: true });
    const file = path.join(folder.base, `${manifest.id}.json`);
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace(
        `"superuser": "${manifest.superuser}"`,
        '"superuser": "no_such_role"',
      ),
    );
    const unreachable = await order({ folder, answersWithinMs: 1_000 });
    await expect(restoreBackup(unreachable)).rejects.toThrow(
      /accepted no connection for 1 s: role "no_such_role" does not exist/,
    );
    expect(await readdir(unreachable.into)).toEqual([]);
  });

  it("takes only the backup of the digest that was named", async () => {
    const other = await order({ sha256: "0".repeat(64) });
    await expect(restoreBackup(other)).rejects.toThrow("not the one of --sha256");
    await expect(readdir(other.into)).rejects.toThrow("ENOENT");
  });

  it("refuses another identity", async () => {
    const other = await makeIdentity(bench.root, "other.age");
    const wrong = await order({ identities: await readIdentities(other.file) });
    await expect(restoreBackup(wrong)).rejects.toThrow("another recipient");
    expect(await readdir(wrong.into)).toEqual([]);
  });

  it("refuses a file that is damaged or cut, and an archive with a missing segment", async () => {
    const file = sealedPath(bench.folder, manifest.id);
    await copyFile(file, `${file}.kept`);
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(file, bytes);
    await expect(restoreBackup(await order())).rejects.toThrow("its digest is not the one");
    await truncate(file, bytes.length - 1);
    await expect(restoreBackup(await order())).rejects.toThrow("is cut");
    await rename(`${file}.kept`, file);
    await bench.log.grow(5);
    await archiveNow();
    await bench.log.grow(5);
    await archiveNow();
    const segments = (await listWal(bench.folder)).filter(
      (name) => /^[0-9A-F]{24}$/.test(name) && name > manifest.wal.last,
    );
    const lost = path.join(bench.folder.wal, `${segments.at(-2)}.gz.age`);
    const kept = `${lost}.kept`;
    await rename(lost, kept);
    await expect(restoreBackup(await order())).rejects.toThrow(`WAL is missing: ${segments.at(-2)}`);
    await rename(kept, lost);
    await rm(lost);
  });
});

const op = scriptArguments("op.ts", "backup", "create");
const isWriting = async () => (await readdir(bench.folder.base)).some((name) => name.endsWith(".part"));

describe("faults of a backup", () => {
  it("a backup that is killed leaves nothing that counts, and the next one removes its file", async () => {
    const before = await listBackups(bench.folder);
    const child = spawn(process.execPath, op, {
      cwd: PROGRAM_ROOT,
      env: { NODE_ENV: "production", ...bench.variables },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await expect.poll(isWriting).toBe(true);
    child.kill("SIGKILL");
    await ended;
    expect(await listBackups(bench.folder)).toEqual(before);
    const { manifest } = await createBackup(bench.env, { identity: undefined });
    expect(manifest.verified).toBe("digest");
    expect(await readdir(bench.folder.base)).toEqual([`${manifest.id}.json`, manifest.file.name]);
  });

  it("a backup by pg_basebackup, for a server on any machine, is restored like a copy", async () => {
    if (findTools(17, "pg_basebackup") === undefined)
      return notRun("pg_basebackup is not installed (Debian: postgresql-client-17)");
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

  it("a login needs REPLICATION and the owner's role: one without is refused with one line, one with both needs no other", async () => {
    if (findTools(17, "pg_basebackup") === undefined)
      return notRun("pg_basebackup is not installed (Debian: postgresql-client-17)");
    const login = { user: "backup_login", password: "x" };
    const env = {
      ...bench.env,
      BACKUP_DATABASE_URL: urlFor(bench.log.database.adminUrl, login, bench.log.database.name),
      BACKUP_DIR: path.join(bench.root, "by-login"),
    };
    await admin("CREATE ROLE backup_login LOGIN REPLICATION PASSWORD 'x'");
    const refused = /^A login lacks a right\. That of BACKUP_DATABASE_URL needs REPLICATION .*$/;
    await expect(createBackup(env, { identity: undefined })).rejects.toThrow(refused);
    await admin(`GRANT CONNECT ON DATABASE ${bench.log.database.name} TO backup_login`);
    await expect(createBackup(env, { identity: undefined })).rejects.toThrow(refused);
    await admin("DROP OWNED BY backup_login");
    await admin("DROP ROLE backup_login");
    await admin("CREATE ROLE backup_login LOGIN REPLICATION PASSWORD 'x' IN ROLE sealport_owner");
    expect(await createBackup(env, { identity: undefined })).toMatchObject({ warnings: [] });
    const away = { ...env, DATABASE_OWNER_URL: "postgresql://nobody:x@127.0.0.1:1/none" };
    await expect(createBackup(away, { identity: undefined })).rejects.toThrow(
      "The database cannot be reached",
    );
  });

  it("a server that no longer archives is named", async () => {
    // Its patience is over an hour before the last file.
    const archiving = () => readArchiving(admin, "-1 hour");
    const spool = path.join(bench.dataDir, "postgres/archive");
    expect(await readArchiving(admin)).toBe("kept");
    await rename(spool, `${spool}.away`);
    for (let count = 0; count < 3; count++) {
      await admin("SELECT pg_logical_emit_message(false, 'test', 'x')");
      await admin("SELECT pg_switch_wal()");
    }
    await waitUntil("two finished segments wait", async () => (await archiving()) === "late");
    await rename(`${spool}.away`, spool);
    await waitUntil("the server archives again", async () => (await archiving()) === "kept");
    expect(archivingWarning("late")).toContain("no longer archives");
    expect([archivingWarning("kept"), archivingWarning("off")]).toEqual([undefined, undefined]);
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
    expect(() => requireBackupSettings({ ...env, BACKUP_RECIPIENTS: undefined })).toThrow(
      "BACKUP_RECIPIENTS",
    );
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
    await expect(createBackup(env, { identity: undefined })).rejects.toThrow(
      "The database cannot be reached",
    );
  });

  it("a full disk fails a backup with one line, keeps the older ones, and is reported", async () => {
    if (process.getuid?.() !== 0) return notRun("a full disk: a small file system needs root");
    const small = path.join(bench.root, "small");
    await mkdir(small);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
    if (mounted.status !== 0) return notRun("a full disk: this machine mounts no tmpfs");
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
});
