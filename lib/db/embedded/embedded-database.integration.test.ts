import { spawn } from "node:child_process";
import { chmod, lstat, mkdir, readFile, realpath, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { isAlive, waitForEnd } from "@/lib/db/embedded/processes";
import { makeTempFolder } from "@/lib/testing/data-folder";

let scratch: string;

beforeEach(async () => {
  scratch = await makeTempFolder("sealport-embedded-");
  await chmod(scratch, 0o755);
});
afterEach(async () => {
  const outside = await realpath(path.join(scratch, "closed/data/postgres")).catch(() => undefined);
  await rm(scratch, { recursive: true, force: true });
  if (outside?.startsWith("/var/lib/sealport/")) await rm(outside, { recursive: true, force: true });
});

async function start(dataDir: string): Promise<EmbeddedDatabase> {
  await mkdir(path.join(dataDir, "keys"), { recursive: true, mode: 0o700 });
  return startEmbeddedDatabase({
    dataDir,
    passwordFile: path.join(dataDir, "keys/superuser"),
    isDurable: false,
  });
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows?.[0];
  } finally {
    await client.end();
  }
}

test("a cluster keeps its data from one start to the next, listens on no network and keeps its password private", async () => {
  const dataDir = path.join(scratch, "data");
  const first = await start(dataDir);
  await ask(first.adminUrl, "CREATE TABLE kept AS SELECT 42 AS answer");
  expect(await ask(first.adminUrl, "SHOW listen_addresses")).toEqual({ listen_addresses: "" });
  await first.stop();
  expect(await isAlive(first.serverPid)).toBe(false);
  const second = await start(dataDir);
  expect(await ask(second.adminUrl, "SELECT answer FROM kept")).toEqual({ answer: 42 });
  await second.stop();
  expect((await stat(path.join(dataDir, "keys/superuser"))).mode & 0o777).toBe(0o600);
});

test("a data folder below a folder of mode 0700 works", async () => {
  const closed = path.join(scratch, "closed");
  await mkdir(closed, { mode: 0o700 });
  const database = await start(path.join(closed, "data"));
  expect(await ask(database.adminUrl, "SELECT 1 AS one")).toEqual({ one: 1 });
  await database.stop();
  const isLink = (await lstat(path.join(closed, "data/postgres"))).isSymbolicLink();
  expect(isLink).toBe(process.getuid?.() === 0);
});

test("a path too long for a socket works", async () => {
  const database = await start(path.join(scratch, "a".repeat(100), "data"));
  expect(await ask(database.adminUrl, "SELECT 1 AS one")).toEqual({ one: 1 });
  await database.stop();
});

test("a postmaster whose guard was killed is stopped at the next start, without data loss", async () => {
  const dataDir = path.join(scratch, "data");
  const first = await start(dataDir);
  await ask(first.adminUrl, "CREATE TABLE kept AS SELECT 7 AS answer");
  process.kill(first.guardPid, "SIGKILL");
  await first.ended;
  expect(await isAlive(first.serverPid)).toBe(true);
  const second = await start(dataDir);
  expect(await isAlive(first.serverPid)).toBe(false);
  expect(await ask(second.adminUrl, "SELECT answer FROM kept")).toEqual({ answer: 7 });
  await second.stop();
});

test("the guard stops PostgreSQL when its supervisor is killed", async () => {
  const dataDir = path.join(scratch, "data");
  const program = `
    import { startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
    const database = await startEmbeddedDatabase({ dataDir: ${JSON.stringify(dataDir)}, passwordFile: ${JSON.stringify(
      path.join(dataDir, "keys/superuser"),
    )} });
    process.stdout.write(String(database.serverPid) + "\\n");
    setInterval(() => undefined, 1000);`;
  await mkdir(path.join(dataDir, "keys"), { recursive: true, mode: 0o700 });
  const supervisor = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=react-server", "--input-type=module", "--eval", program],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const pid = await new Promise<number>((resolve) => {
    supervisor.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk.toString().trim())));
  });
  expect(await isAlive(pid)).toBe(true);
  supervisor.kill("SIGKILL");
  expect(await waitForEnd(pid, 30_000)).toBe(true);
});

test("a lost password file and a stale lock file are not taken for a fresh folder", async () => {
  const dataDir = path.join(scratch, "data");
  const first = await start(dataDir);
  await first.stop();
  await rm(path.join(dataDir, "keys/superuser"));
  await expect(start(dataDir)).rejects.toThrow(/password file .* is missing/);
});

test("no value of a statement reaches the server's log", async () => {
  const dataDir = path.join(scratch, "data");
  const database = await start(dataDir);
  const canary = `canary${Date.now()}`;
  await ask(database.adminUrl, "CREATE TABLE secrets (id text PRIMARY KEY, n int)");
  await ask(database.adminUrl, `INSERT INTO secrets VALUES ('${canary}', 1)`);
  for (const sql of [
    `INSERT INTO secrets VALUES ('${canary}', 1)`,
    `INSERT INTO secrets VALUES ('x', '${canary}')`,
    `SELECT ${canary}(`,
  ]) {
    await expect(ask(database.adminUrl, sql)).rejects.toThrow();
  }
  await database.stop();
  const log = await readFile(path.join(dataDir, "postgres/postgres.log"), "utf8");
  expect(log).toMatch(/ready to accept connections/);
  expect(log).not.toContain(canary);
});
