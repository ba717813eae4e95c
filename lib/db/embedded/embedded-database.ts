import "server-only";
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@/lib/db/connection";
import {
  type Cluster,
  explainServerLog,
  openCluster,
  SUPERUSER,
  spawnGuard,
} from "@/lib/db/embedded/cluster";
import { ownFolder } from "@/lib/db/embedded/place";
import { StartError } from "@/lib/db/embedded/start-error";

export interface EmbeddedDatabaseOptions {
  readonly dataDir: string;
  /** Where the superuser's password is kept, mode 0600; its folder must exist. */
  readonly passwordFile: string;
  /** False gives up crash safety for speed: for tests only. */
  readonly isDurable?: boolean;
  /** The setting `archive_command` for a folder, where finished WAL is archived to one below the cluster's. */
  readonly archiveCommand?: (spool: string) => string;
}

export interface EmbeddedDatabase {
  /** The superuser's URL, for making roles and databases. */
  readonly adminUrl: string;
  /** Process of PostgreSQL itself and of its guard. */
  readonly serverPid: number;
  readonly guardPid: number;
  /** Settles when the server has ended, wanted or not. */
  readonly ended: Promise<void>;
  /** Fast shutdown; after most of `withinMs` an immediate one, without loss. */
  stop(withinMs?: number): Promise<void>;
}

const START_WATCHDOG_MS = 60_000;
/** A segment that is not full is archived after this time: the most that is lost with the machine. */
const ARCHIVE_TIMEOUT_S = 60;

function adminUrlOf({ place, password }: Cluster): string {
  return embeddedUrl(place.socketFolder, password);
}

/** Returns the superuser's URL of an embedded server, by the folder of its socket. */
export function embeddedUrl(socketFolder: string, password: string): string {
  return `postgresql://${SUPERUSER}:${password}@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
}

async function answers(url: string): Promise<boolean> {
  const client = createClient(url, { connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "28P01") {
      throw new StartError(
        "The embedded database does not accept the stored password. Restore the keys folder.",
      );
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function firstPid(guard: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    guard.once("message", (message) => {
      const pid: unknown = Reflect.get(Object(message), "pid");
      if (typeof pid === "number") resolve(pid);
    });
    guard.once("exit", () => reject(new StartError("PostgreSQL's programs could not be run.")));
    guard.once("error", reject);
  });
}

/** Returns where finished WAL waits until it is stored elsewhere. */
export function spoolFolder(base: string): string {
  return path.join(base, "archive");
}

async function archiveSettings(
  { place, account }: Cluster,
  commandFor: EmbeddedDatabaseOptions["archiveCommand"],
): Promise<Record<string, string>> {
  if (commandFor === undefined) return {};
  const spool = spoolFolder(place.base);
  await ownFolder(spool, account);
  return {
    archive_mode: "on",
    archive_command: commandFor(spool),
    archive_timeout: String(ARCHIVE_TIMEOUT_S),
  };
}

/**
 * Lets archive_timeout count from now on. PostgreSQL's checkpointer sleeps from the start to its first checkpoint, which may
 * be five minutes, before it looks at that setting. A reload wakes it.
 */
async function wakeCheckpointer(url: string): Promise<void> {
  const client = createClient(url, { connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await client.query("SELECT pg_reload_conf()");
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Starts PostgreSQL from the npm package's binaries and returns when it answers. */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const cluster = await openCluster(options.dataDir, options.passwordFile);
  const settings = await archiveSettings(cluster, options.archiveCommand);
  const guard = await spawnGuard(cluster, { isDurable: options.isDurable ?? true, settings });
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    guard.once("exit", () => {
      hasEnded = true;
      resolve();
    });
  });
  const stop = async (withinMs = 10_000): Promise<void> => {
    if (!hasEnded && guard.connected) guard.send({ stopWithinMs: withinMs });
    await ended;
  };
  const serverPid = await firstPid(guard);
  const adminUrl = adminUrlOf(cluster);
  const deadline = Date.now() + START_WATCHDOG_MS;
  while (!(await answers(adminUrl))) {
    if (hasEnded) throw await explainServerLog(cluster.place);
    if (Date.now() > deadline) {
      await stop();
      throw new StartError("PostgreSQL did not answer within a minute.");
    }
    await sleep(50);
  }
  if (options.archiveCommand !== undefined) await wakeCheckpointer(adminUrl);
  return { adminUrl, serverPid, guardPid: guard.pid ?? 0, ended, stop };
}
