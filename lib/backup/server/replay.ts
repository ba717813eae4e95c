import "server-only";
import { chmod, chown, mkdir, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { readTar } from "@/lib/backup/archive/tar";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";
import { createClient } from "@/lib/db/connection";
import type { ServerAccount } from "@/lib/db/embedded/account";
import {
  type Cluster,
  explainServerLog,
  readServerLog,
  SUPERUSER,
  spawnGuard,
} from "@/lib/db/embedded/cluster";
import type { ClusterPlace } from "@/lib/db/embedded/place";

async function give(file: string, account: ServerAccount, mode: number): Promise<void> {
  if (account.isOther) await chown(file, account.uid, account.gid);
  await chmod(file, mode);
}

/** Writes the content of a base backup to a data folder, which must not exist, as the server's account. */
export async function layDown(
  archive: AsyncIterable<Uint8Array>,
  { dataFolder }: ClusterPlace,
  account: ServerAccount,
): Promise<void> {
  try {
    await mkdir(dataFolder, { mode: 0o700 });
    for await (const item of readTar(archive)) {
      const target = path.join(dataFolder, item.name);
      if (item.kind === "folder") await mkdir(target, { recursive: true, mode: 0o700 });
      else {
        const handle = await open(target, "wx", 0o600);
        try {
          for await (const chunk of item.content) await handle.writeFile(chunk);
        } finally {
          await handle.close();
        }
      }
      await give(target, account, item.kind === "folder" ? 0o700 : 0o600);
    }
    await give(dataFolder, account, 0o700);
    // Debian keeps it outside the data folder.
    const hasSettings = await stat(path.join(dataFolder, "postgresql.conf")).then(
      () => true,
      () => false,
    );
    if (!hasSettings) await ownFile(path.join(dataFolder, "postgresql.conf"), "", account);
  } catch (error) {
    throw explainBackupFailure(error, dataFolder);
  }
}

async function ownFile(file: string, text: string, account: ServerAccount): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await give(file, account, 0o600);
}

/** A server that was brought back, and how to end it. */
export interface RestoredServer {
  /** Connects as a superuser, without a password: its socket is in a folder that only the server's account enters. */
  connect(database: string): Promise<Client>;
  urlOf(database: string): string;
  stop(): Promise<void>;
}

export interface Replay {
  readonly cluster: Omit<Cluster, "password">;
  /** Decrypted WAL; its files are read, not changed. */
  readonly walFolder: string;
  /** The moment to stop at; without it everything is replayed. */
  readonly to: Date | undefined;
  /** Superuser of the cluster: the embedded one's unless another is named. */
  readonly superuser?: string;
  /** Removed with the server if this process is killed. */
  readonly scratchFolder?: string;
  /** How long the server may run without an answer. While it replays it answers that it starts. */
  readonly answersWithinMs?: number;
}

const ANSWERS_WITHIN_MS = 120_000;

function recoverySettings({ walFolder, to }: Replay): Record<string, string> {
  const folder = walFolder.replaceAll("'", "'\\''").replaceAll("%", "%%");
  return {
    restore_command: `cp '${folder}'/%f "%p"`,
    recovery_target_timeline: "latest",
    recovery_target_action: "promote",
    recovery_target: "",
    // Without the letters T and Z: this setting is read before the server knows any time zone by name.
    recovery_target_time: to?.toISOString().replace("T", " ").replace("Z", "+00") ?? "",
    // Nothing is archived here. What this server makes, first the history of its new timeline, waits for its next start:
    // without that file in the archive no later restore would find what is archived from then on.
    archive_mode: "on",
    archive_command: "",
    archive_library: "",
    // Settings of the first server that a smaller one could not meet would end the replay.
    hot_standby: "off",
    shared_preload_libraries: "",
    ssl: "off",
    logging_collector: "off",
    log_destination: "stderr",
  };
}

/**
 * Starts a server on a data folder that `layDown` wrote, replays WAL up to the moment, and returns when it answers. Its
 * own password rules are not changed, but not used here. Throws BackupRefused with the reason if it cannot get there.
 */
export async function replay(order: Replay): Promise<RestoredServer> {
  const { cluster, to, walFolder } = order;
  const { account, place } = cluster;
  const access = path.join(place.base, "restore-access.conf");
  await ownFile(access, "local all all trust\n", account);
  await ownFile(path.join(place.dataFolder, "recovery.signal"), "", account);
  await give(walFolder, account, 0o700);
  for (const name of await readdir(walFolder)) await give(path.join(walFolder, name), account, 0o600);
  const guard = await spawnGuard(cluster, {
    isDurable: true,
    settings: { ...recoverySettings(order), hba_file: access },
    ...(order.scratchFolder === undefined ? {} : { scratchFolder: order.scratchFolder }),
  });
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    guard.once("exit", () => {
      hasEnded = true;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (!hasEnded && guard.connected) guard.send({ stopWithinMs: 30_000 });
    await ended;
    await rm(access, { force: true });
  };
  const server = serverAt(order, stop);
  const withinMs = order.answersWithinMs ?? ANSWERS_WITHIN_MS;
  let heardAt = Date.now();
  // Replay takes as long as it takes; a server that gives up ends, and one that cannot be reached is stopped.
  for (let state = await stateOf(server); state !== "open"; state = await stateOf(server)) {
    if (hasEnded) throw await explainReplay(place, to);
    if (state === "starting") heardAt = Date.now();
    else if (Date.now() - heardAt > withinMs) {
      await stop();
      throw new BackupRefused(
        `The restored server runs, but accepted no connection for ${Math.round(withinMs / 1_000)} s: ${state.refusal}. Check the settings and the superuser of the server that was backed up.`,
      );
    }
    await sleep(100);
  }
  return server;
}

function serverAt(
  { cluster: { place }, superuser = SUPERUSER }: Replay,
  stop: () => Promise<void>,
): RestoredServer {
  const host = encodeURIComponent(place.socketFolder);
  const urlOf = (database: string) =>
    `postgresql://${encodeURIComponent(superuser)}@localhost/${encodeURIComponent(database)}?host=${host}`;
  const connect = async (database: string): Promise<Client> => {
    const client = createClient(urlOf(database), { connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  return { connect, urlOf, stop };
}

/** What a server says that starts, or replays WAL. */
const CANNOT_CONNECT_NOW = "57P03";

async function stateOf(server: RestoredServer): Promise<"open" | "starting" | { readonly refusal: string }> {
  try {
    const client = await server.connect("postgres");
    try {
      const { rows } = await client.query<{ open: boolean }>("SELECT NOT pg_is_in_recovery() AS open");
      return rows[0]?.open === true ? "open" : "starting";
    } finally {
      await client.end();
    }
  } catch (error) {
    if (Reflect.get(Object(error), "code") === CANNOT_CONNECT_NOW) return "starting";
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

async function explainReplay(place: ClusterPlace, to: Date | undefined): Promise<Error> {
  const log = await readServerLog(place);
  if (/recovery ended before configured recovery target was reached/.test(log))
    return new BackupRefused(
      `The archive ends before ${to?.toISOString()}. ${lastReplayed(log)}Choose an earlier time, or --to latest.`,
    );
  if (/requested recovery stop point is before consistent recovery point/.test(log))
    return new BackupRefused(`${to?.toISOString()} is before the end of the backup. Choose a later time.`);
  if (/could not locate required checkpoint record|WAL ends before end of online backup/.test(log))
    return new BackupRefused("WAL that the backup needs is missing.");
  return explainServerLog(place);
}

function lastReplayed(log: string): string {
  const at = /last completed transaction was at log time ([0-9-]+ [0-9:.]+\+00)/.exec(log)?.[1];
  return at === undefined ? "" : `Its last transaction is of ${at.replace(" ", "T").replace("+00", "Z")}. `;
}
