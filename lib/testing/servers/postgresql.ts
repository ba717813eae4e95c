import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { findServerAccount } from "@/lib/db/embedded/account";
import { findFreePort, waitUntil } from "@/lib/testing/instance/instance";

// Debian's PostgreSQL 17 for tests: a primary, and standbys that follow it. Each has its own folder, port and superuser.
const BIN = "/usr/lib/postgresql/17/bin";
const GUARD = path.resolve(import.meta.dirname, "../../db/embedded/guard.mjs");
const ENV = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" };

/** Why Debian's server cannot be used here; undefined where it can. */
export const noPostgresql = existsSync(path.join(BIN, "initdb"))
  ? undefined
  : "postgresql-17 is not installed (Debian: apt-get install postgresql-17)";

export interface PostgresServer {
  readonly adminUrl: string;
  readonly port: number;
  /** Makes a standby that follows this server. */
  standby(): Promise<PostgresServer>;
  /** From now on a commit of this server is answered when a standby has it too. */
  waitForStandby(): Promise<void>;
  /** Makes a standby a primary. */
  promote(): Promise<void>;
  /** Stops the server; `start` starts it again on the same port. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Sends SIGKILL to its first process. */
  kill(): void;
  /** Stops the server and removes its folder. */
  close(): Promise<void>;
}

/** Runs one of PostgreSQL's programs as the user who runs the server: it refuses to run as root. */
async function runAs(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { uid, gid, isOther } = findServerAccount();
  const who = isOther ? { uid, gid } : {};
  await promisify(execFile)(path.join(BIN, program), args, {
    ...who,
    env: { NODE_ENV: process.env.NODE_ENV, ...ENV, ...env },
    cwd: "/",
  });
}

function ownFolder(): string {
  const { uid, gid, isOther } = findServerAccount();
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-pg-"));
  if (isOther) chownSync(folder, uid, gid);
  return folder;
}

class Server implements PostgresServer {
  #guard: ReturnType<typeof spawn> | undefined;

  constructor(
    private readonly folder: string,
    private readonly password: string,
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  get adminUrl(): string {
    return `postgresql://dba:${this.password}@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      port: String(this.port),
      max_connections: "150",
      ...this.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const order = {
      program: path.join(BIN, "postgres"),
      args: ["-D", path.join(this.folder, "data"), ...flags],
      env: ENV,
      logFile: path.join(this.folder, "postgres.log"),
      account: findServerAccount(),
    };
    const guard = spawn(process.execPath, [GUARD, JSON.stringify(order)], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#guard = guard;
    await waitUntil(`PostgreSQL accepts connections at ${this.port}`, async () => {
      if (guard.exitCode !== null)
        throw new Error(`PostgreSQL has ended: ${readFileSync(order.logFile, "utf8").slice(-2_000)}`);
      return this.#answers();
    });
  }

  async #answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.adminUrl });
    client.on("error", () => undefined);
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  }

  async standby(): Promise<PostgresServer> {
    const folder = ownFolder();
    const args = ["--pgdata", path.join(folder, "data"), "--write-recovery-conf", "--wal-method", "stream"];
    await runAs("pg_basebackup", ["--dbname", this.adminUrl, ...args, "--checkpoint", "fast", "--no-sync"]);
    const standby = new Server(folder, this.password, await findFreePort(), {
      ...this.settings,
      hot_standby_feedback: "on",
    });
    await standby.start();
    return standby;
  }

  async #ask(...texts: readonly string[]): Promise<unknown> {
    const client = new Client({ connectionString: this.adminUrl });
    client.on("error", () => undefined);
    await client.connect();
    try {
      let last: unknown;
      for (const text of texts) last = Object.values((await client.query(text)).rows[0] ?? {})[0];
      return last;
    } finally {
      await client.end();
    }
  }

  async waitForStandby(): Promise<void> {
    await this.#ask("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()");
    await waitUntil(
      "the standby is synchronous",
      async () =>
        (await this.#ask("SELECT count(*)::int FROM pg_stat_replication WHERE sync_state = 'sync'")) === 1,
    );
  }

  async promote(): Promise<void> {
    if ((await this.#ask("SELECT pg_promote(true, 60)")) !== true)
      throw new Error("the standby was not promoted within a minute");
  }

  async halt(): Promise<void> {
    const guard = this.#guard;
    if (guard === undefined || guard.exitCode !== null) return;
    const ended = once(guard, "exit");
    guard.send({ stopWithinMs: 5_000 });
    await ended;
  }

  kill(): void {
    const [pid = ""] = readFileSync(path.join(this.folder, "data/postmaster.pid"), "utf8").split("\n", 1);
    process.kill(Number(pid), "SIGKILL");
  }

  async close(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts a primary with an empty cluster. `fsync` is off unless the settings say otherwise. */
export async function startPostgresql(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  if (noPostgresql !== undefined) throw new Error(noPostgresql);
  const folder = ownFolder();
  const password = randomBytes(18).toString("hex");
  const passwordFile = path.join(folder, "password");
  const { uid, gid, isOther } = findServerAccount();
  mkdirSync(folder, { recursive: true });
  writeFileSync(passwordFile, password, { mode: 0o400 });
  if (isOther) chownSync(passwordFile, uid, gid);
  const access = ["--username", "dba", "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const form = ["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"];
  await runAs("initdb", ["--pgdata", path.join(folder, "data"), ...access, ...form]);
  const server = new Server(folder, password, await findFreePort(), { fsync: "off", ...settings });
  await server.start();
  return server;
}
