import "server-only";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findServerAccount, type ServerAccount } from "@/lib/db/embedded/account";
import { installBinaries } from "@/lib/db/embedded/binaries";
import { type ClusterPlace, prepareClusterPlace } from "@/lib/db/embedded/place";
import { commandOf, isAlive, signal, waitForEnd } from "@/lib/db/embedded/processes";
import { StartError } from "@/lib/db/embedded/start-error";

export const SUPERUSER = "sealport_superuser";
const SERVER_ENV = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  NODE_ENV: "production",
} as const;
const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** Everything needed to start the server of one cluster. */
export interface Cluster {
  readonly account: ServerAccount;
  readonly bin: string;
  readonly place: ClusterPlace;
  readonly password: string;
}

async function readPassword(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function hasCluster(place: ClusterPlace): Promise<boolean> {
  return stat(path.join(place.dataFolder, "PG_VERSION")).then(
    () => true,
    () => false,
  );
}

/**
 * Runs initdb in a draft folder which is renamed when complete, so an interrupted start leaves no half-made cluster.
 * Sorting is by code point (builtin provider), so no library update can disorder an index.
 */
async function initialise(cluster: Omit<Cluster, "password">, password: string): Promise<void> {
  const { account, bin, place } = cluster;
  const draft = `${place.dataFolder}.new`;
  const passwordFile = path.join(place.base, "initdb-password");
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.isOther) await chown(passwordFile, account.uid, account.gid);
  const result = spawnSync(
    path.join(bin, "initdb"),
    [
      ...["--pgdata", draft, "--username", SUPERUSER, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      ...[
        "--encoding",
        "UTF8",
        "--locale-provider",
        "builtin",
        "--locale",
        "C",
        "--builtin-locale",
        "C.UTF-8",
      ],
      ...["--data-checksums", "--no-instructions", "--no-sync"],
    ],
    {
      cwd: "/",
      env: SERVER_ENV,
      encoding: "utf8",
      ...(account.isOther ? { uid: account.uid, gid: account.gid } : {}),
    },
  );
  await rm(passwordFile, { force: true });
  if (result.status !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw explainServerOutput(`${result.stdout}${result.stderr}`, "PostgreSQL could not make its cluster");
  }
  await rename(draft, place.dataFolder);
}

function explainServerOutput(output: string, what: string): StartError {
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new StartError(
      "The disk is full: PostgreSQL cannot write its files. Free some space and start again.",
    );
  }
  const line = output.split("\n").findLast((candidate) => /FATAL|PANIC|error:|could not/.test(candidate));
  return new StartError(`${what}: ${line?.trim() ?? "no reason given"}`);
}

/** A postmaster left by a supervisor and guard that were both killed, or a lock file of a dead process. */
async function stopLeftover(place: ClusterPlace): Promise<void> {
  const lockFile = path.join(place.dataFolder, "postmaster.pid");
  const lines = await readFile(lockFile, "utf8").catch(() => undefined);
  if (lines === undefined) return;
  const pid = Number(lines.split("\n")[0]);
  if (!Number.isInteger(pid) || pid < 2) return;
  const command = (await isAlive(pid)) ? await commandOf(pid) : undefined;
  if (command === undefined || !command.includes(place.dataFolder)) {
    await rm(lockFile, { force: true });
    return;
  }
  signal(pid, "SIGINT");
  if (await waitForEnd(pid, 10_000)) return;
  signal(pid, "SIGQUIT");
  if (!(await waitForEnd(pid, 10_000))) {
    throw new StartError(`An earlier PostgreSQL (process ${pid}) does not stop. End it and start again.`);
  }
}

/** Finds or makes the cluster in DATA_DIR/postgres. The superuser's password is next to the keys, with mode 0600. */
export async function openCluster(dataDir: string, passwordFile: string): Promise<Cluster> {
  const account = findServerAccount();
  const place = await prepareClusterPlace(dataDir, account);
  const bin = await installBinaries(account, dataDir);
  const known = await readPassword(passwordFile);
  if (await hasCluster(place)) {
    if (known === undefined) {
      throw new StartError(
        `The database's password file ${passwordFile} is missing. Restore it from the backup of the keys.`,
      );
    }
    await stopLeftover(place);
    return { account, bin, place, password: known };
  }
  const password = known ?? randomBytes(24).toString("base64url");
  if (known === undefined) await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await initialise({ account, bin, place }, password);
  return { account, bin, place, password };
}

/** How one server is started. */
export interface ServerOptions {
  /** False gives up crash safety for speed. */
  readonly isDurable: boolean;
  /** Settings in addition to those of every server; they go before what the data folder says. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Removed by the guard if this process is killed and cannot remove it itself. */
  readonly scratchFolder?: string;
}

/**
 * For a test server, which may lose its data in a crash. Deriving a key from the password is made cheap, because each
 * connection does it.
 */
const THROWAWAY = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", scram_iterations: "1" };

/**
 * Server settings. They keep every part of a statement out of the server's log: statement text, parameters and, with
 * terse verbosity, the DETAIL line, which would quote column values.
 */
function serverArguments(place: ClusterPlace, { isDurable, settings: more = {} }: ServerOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "",
    // Names the socket. A restored cluster may have another one in its own configuration.
    port: "5432",
    unix_socket_directories: place.socketFolder,
    unix_socket_permissions: "0700",
    max_connections: "120",
    shared_buffers: "128MB",
    log_timezone: "UTC",
    timezone: "UTC",
    password_encryption: "scram-sha-256",
    log_statement: "none",
    // Above ERROR: messages such as "invalid input syntax" quote the value.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_min_duration_statement: "-1",
    log_parameter_max_length: "0",
    log_parameter_max_length_on_error: "0",
    log_error_verbosity: "terse",
    log_checkpoints: "off",
    ...(isDurable ? {} : THROWAWAY),
    ...more,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", place.dataFolder, ...flags];
}

/** Starts the guard, which starts the server. */
export async function spawnGuard(
  cluster: Omit<Cluster, "password">,
  options: ServerOptions,
): Promise<ChildProcess> {
  const { place, account } = cluster;
  const size = await stat(place.logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await truncate(place.logFile);
  const order = {
    program: path.join(cluster.bin, "postgres"),
    args: serverArguments(place, options),
    env: SERVER_ENV,
    account,
    logFile: place.logFile,
    removeFolder: place.socketFolder.startsWith(place.base) ? undefined : place.socketFolder,
    scratchFolder: options.scratchFolder,
  };
  const guard = fileURLToPath(new URL("./guard.mjs", import.meta.url));
  return spawn(process.execPath, [guard, JSON.stringify(order)], {
    cwd: "/",
    env: SERVER_ENV,
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/** The last reason in the server's log, as one line. */
export async function explainServerLog(place: ClusterPlace): Promise<StartError> {
  return explainServerOutput(await readServerLog(place), "PostgreSQL stopped");
}

/** Returns the end of the server's log. */
export async function readServerLog(place: ClusterPlace): Promise<string> {
  const log = await readFile(place.logFile, "utf8").catch(() => "");
  return log.slice(-4_000);
}
