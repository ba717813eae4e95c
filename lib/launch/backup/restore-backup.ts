import "server-only";
import { readdir, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import {
  type BackupFolder,
  backupFor,
  listBackups,
  type Manifest,
  requireWhole,
} from "@/lib/backup/archive/backup-folder";
import { openSealed } from "@/lib/backup/archive/sealed-file";
import { listWal, missingWal, openWal } from "@/lib/backup/archive/wal-archive";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";
import { readLogState } from "@/lib/backup/server/copy-facts";
import { findTools } from "@/lib/backup/server/pg-basebackup";
import { layDown, type RestoredServer, replay } from "@/lib/backup/server/replay";
import { findRunningServer } from "@/lib/backup/server/running-server";
import { findServerAccount, type ServerAccount } from "@/lib/db/embedded/account";
import { installBinaries } from "@/lib/db/embedded/binaries";
import { type ClusterPlace, prepareClusterPlace } from "@/lib/db/embedded/place";
import { lockHolder } from "@/lib/launch/lock";

export interface RestoreOrder {
  readonly folder: BackupFolder;
  readonly identities: readonly string[];
  /** The moment to reach; undefined for everything that is archived. */
  readonly to: Date | undefined;
  readonly into: string;
  /** The digest that the backup must have: of the bytes that are laid down. Without one, any backup of the folder is taken. */
  readonly sha256?: string | undefined;
  /** Removed with the server if this process is killed. */
  readonly scratchFolder?: string;
  /** How long the restored server may run without an answer. */
  readonly answersWithinMs?: number;
}

/** A database that was brought back, with its server. */
export interface Restored {
  readonly manifest: Manifest;
  readonly server: RestoredServer;
  readonly place: ClusterPlace;
  readonly logSize: number;
  readonly checkpoint: Manifest["checkpoint"];
  /** When the last transaction that came back was committed; undefined if the backup alone came back. */
  readonly lastCommitAt: Date | undefined;
}

/** Refuses a folder in which an instance or a server runs, and one that has anything in it. */
export async function requireTarget(into: string): Promise<void> {
  const dir = path.resolve(into);
  const pid = await lockHolder(path.join(dir, "supervisor.lock"));
  const server =
    (await findRunningServer(path.join(dir, "postgres/data"))) ??
    (await findRunningServer(path.join(dir, "data"))) ??
    (await findRunningServer(dir));
  if (pid !== undefined || server !== undefined)
    throw new BackupRefused(
      `An instance runs on ${dir} (process ${pid ?? server?.pid}). Stop it, and restore into an empty folder.`,
    );
  const names = await readdir(dir).catch((error: unknown) => {
    if (Reflect.get(Object(error), "code") === "ENOENT") return [];
    throw Reflect.get(Object(error), "code") === "ENOTDIR"
      ? new BackupRefused(`${dir} is not a folder.`)
      : explainBackupFailure(error, dir);
  });
  if (names.length > 0) throw new BackupRefused(`${dir} is not empty. A restore writes over nothing.`);
}

/** Programs that can read the backup's files: ours, or those of its major version on this machine. */
async function programsFor(
  { server_version }: Manifest,
  account: ServerAccount,
  dir: string,
): Promise<string> {
  const major = Number.parseInt(server_version, 10);
  const own = await installBinaries(account, dir);
  if (path.basename(path.dirname(path.dirname(own))).startsWith(`postgresql-${major}.`)) return own;
  const found = findTools(major, "postgres");
  if (found === undefined)
    throw new BackupRefused(`The backup is of PostgreSQL ${major}. Install it on this machine.`);
  return found;
}

const Came = z.object({ last: z.date().nullable() });

async function readRestored(server: RestoredServer, { database, log }: Manifest) {
  const client = await server.connect(database);
  try {
    const state = await readLogState(client, log);
    const { rows } = await client.query("SELECT pg_last_xact_replay_timestamp() AS last");
    return { state, last: Came.parse(rows[0]).last ?? undefined };
  } finally {
    await client.end();
  }
}

async function choose({ folder, to, sha256 }: RestoreOrder): Promise<Manifest> {
  if (to !== undefined && to.getTime() > Date.now())
    throw new BackupRefused(`${to.toISOString()} is in the future.`);
  const manifest = backupFor(await listBackups(folder), to);
  if (sha256 !== undefined && manifest.file.sha256 !== sha256.toLowerCase())
    throw new BackupRefused(
      `Backup ${manifest.id} has the SHA-256 ${manifest.file.sha256}, not the one of --sha256. Nothing of it was opened.`,
    );
  const gap = missingWal(manifest, await listWal(folder));
  if (gap !== undefined && to === undefined)
    throw new BackupRefused(
      `WAL is missing: ${gap} is not in the archive, but later segments are. Restore to a time before the gap with --to.`,
    );
  return manifest;
}

async function bringBack(order: RestoreOrder, manifest: Manifest, file: string): Promise<Restored> {
  const account = findServerAccount();
  const place = await prepareClusterPlace(order.into, account);
  const bin = await programsFor(manifest, account, order.into);
  await layDown(openSealed(file, order.identities, manifest.file), place, account);
  const walFolder = path.join(place.base, "wal");
  await openWal(order.folder, manifest, order.identities, walFolder);
  const { superuser, log_size } = manifest;
  const server = await replay({
    cluster: { account, bin, place },
    walFolder,
    to: order.to,
    superuser,
    ...(order.scratchFolder === undefined ? {} : { scratchFolder: order.scratchFolder }),
    ...(order.answersWithinMs === undefined ? {} : { answersWithinMs: order.answersWithinMs }),
  });
  await rm(walFolder, { recursive: true, force: true });
  const { state, last } = await readRestored(server, manifest);
  if (state.log_size < log_size) {
    await server.stop();
    throw new BackupRefused(
      `The restored log has ${state.log_size} entries, the backup was made of ${log_size}.`,
    );
  }
  return {
    manifest,
    server,
    place,
    logSize: state.log_size,
    checkpoint: state.checkpoint,
    lastCommitAt: last,
  };
}

/** Removes what a failed restore wrote, so that it can be repeated. */
async function removeAll(into: string): Promise<void> {
  const inside = path.join(into, "postgres");
  const base = await realpath(inside).catch(() => inside);
  await rm(base, { recursive: true, force: true });
  for (const name of await readdir(into).catch(() => []))
    await rm(path.join(into, name), { recursive: true, force: true });
}

/**
 * Brings a database back into an empty folder, which becomes a DATA_DIR: decrypts the newest backup from which the moment
 * can be reached, replays WAL, and starts a server on it that only this machine's account reaches. The caller stops it.
 * Throws BackupRefused; then the folder is as it was.
 */
export async function restoreBackup(order: RestoreOrder): Promise<Restored> {
  await requireTarget(order.into);
  const manifest = await choose(order);
  const file = await requireWhole(order.folder, manifest);
  try {
    return await bringBack(order, manifest, file);
  } catch (error) {
    await removeAll(order.into);
    throw error;
  }
}
