import "server-only";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { Pool } from "pg";
import {
  type BackupFolder,
  backupId,
  draftPath,
  listBackups,
  type Manifest,
  publishBackup,
  removeDrafts,
  sealedPath,
} from "@/lib/backup/archive/backup-folder";
import { requireCluster } from "@/lib/backup/archive/cluster";
import { applyRetention } from "@/lib/backup/archive/retention";
import { openSealed, readIdentities, requireDigest, writeSealed } from "@/lib/backup/archive/sealed-file";
import { readTar, writeTar } from "@/lib/backup/archive/tar";
import { storeArchived } from "@/lib/backup/archive/wal-archive";
import { type BackupFacts, type FinishedRun, insertRun } from "@/lib/backup/record/store";
import { BackupRefused, explainBackupFailure } from "@/lib/backup/refused";
import { archivingWarning, readArchiving } from "@/lib/backup/server/archiving";
import { copyDatabase } from "@/lib/backup/server/base-backup";
import { hasChecksums, NO_CHECKSUMS } from "@/lib/backup/server/check-pages";
import {
  CopyFacts,
  readCluster,
  readLogPlace,
  readLogPlaces,
  readLogState,
} from "@/lib/backup/server/copy-facts";
import { streamDatabase } from "@/lib/backup/server/pg-basebackup";
import { spoolFolder } from "@/lib/db/embedded/embedded-database";
import type { LaunchEnv } from "@/lib/env";
import { OperatorError } from "@/lib/errors";
import {
  type BackedUpDatabase,
  backupFolder,
  recipientsOf,
  withClient,
  withDatabase,
  withOwner,
} from "@/lib/launch/backup/backup-place";
import { lockDataFolder } from "@/lib/launch/lock";

export interface CreateOrder {
  /** File of the identity that opens the backup, to verify it whole. */
  readonly identity: string | undefined;
}

const NO_SPOOL = "ENOENT";
const KEEP_DAILY = 7;
const KEEP_WEEKLY = 5;

/** Writes the copy to a draft and returns its manifest, which is not published yet. */
async function writeDraft(
  folder: BackupFolder,
  database: BackedUpDatabase,
  recipients: readonly string[],
): Promise<Omit<Manifest, "verified">> {
  const startedAt = new Date();
  const id = backupId(startedAt);
  return withClient(database.url, async (client) => {
    const { log } = await readLogPlace(client);
    await requireCluster(folder, await readCluster(client));
    const state = await readLogState(client, log);
    const facts = new CopyFacts();
    const items =
      database.dataFolder === undefined
        ? streamDatabase(client, database.url, facts)
        : copyDatabase(client, database.dataFolder, id, facts);
    const written = await writeSealed(draftPath(folder, id), writeTar(items), recipients);
    const { wal, finishedAt } = facts.whole;
    return {
      v: 1,
      id,
      log,
      started_at: startedAt.toISOString(),
      finished_at: finishedAt.toISOString(),
      method: database.dataFolder === undefined ? "pg_basebackup" : "copy",
      ...state,
      wal,
      parts: ["database"],
      recipients: [...recipients],
      file: { name: path.basename(sealedPath(folder, id)), ...written },
    };
  });
}

/** Reads the draft back; with an identity it is decrypted to its end. */
async function verifyDraft(file: string, manifest: Omit<Manifest, "verified">, identity: string | undefined) {
  await requireDigest(file, manifest.file);
  if (identity === undefined) return "digest" as const;
  const names = new Set<string>();
  for await (const { name } of readTar(openSealed(file, await readIdentities(identity)))) names.add(name);
  if (!names.has("backup_label") || !names.has("global/pg_control"))
    throw new BackupRefused("The backup lacks files of the server. It was removed.");
  return "opened" as const;
}

/** Moves WAL that waits to the backup folder. An instance that has never archived has no folder for it. */
export async function storeWaitingWal(
  folder: BackupFolder,
  dataFolder: string,
  recipients: readonly string[],
): Promise<number> {
  try {
    return await storeArchived(folder, spoolFolder(path.dirname(dataFolder)), recipients);
  } catch (error) {
    if (Reflect.get(Object(error), "code") === NO_SPOOL) return 0;
    throw explainBackupFailure(error, folder.wal);
  }
}

type Facts = FinishedRun["facts"];

/** Returns what a tenant's own log has in a backup of all logs: not more than the longest had, of which the facts are. */
async function factsFor(owner: Pick<Pool, "query">, log: string, facts: Facts): Promise<Facts> {
  if (!("method" in facts)) return facts;
  const { log_size, checkpoint } = await readLogState(owner, log);
  const { checkpoint: whole } = facts;
  return {
    ...facts,
    log_size: Math.min(log_size, facts.log_size),
    checkpoint: checkpoint === null || whole === null ? null : Math.min(checkpoint.size, whole),
  };
}

/** Reports a run to every tenant of the database: each has its own readiness and log. */
async function report(
  database: BackedUpDatabase,
  run: Omit<FinishedRun, "tenantId" | "finishedAt" | "kind">,
) {
  await withOwner(database, async (owner) => {
    const finishedAt = new Date();
    for (const { log, tenantId } of await readLogPlaces(owner))
      await insertRun(owner, {
        ...{ ...run, kind: "backup", tenantId, finishedAt },
        facts: await factsFor(owner, log, run.facts),
      });
  });
}

async function make(env: LaunchEnv, folder: BackupFolder, database: BackedUpDatabase, order: CreateOrder) {
  const recipients = recipientsOf(env).database;
  const draft = await writeDraft(folder, database, recipients);
  const file = draftPath(folder, draft.id);
  try {
    const manifest: Manifest = { ...draft, verified: await verifyDraft(file, draft, order.identity) };
    await publishBackup(folder, manifest);
    return manifest;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function makeAndReport(
  env: LaunchEnv,
  folder: BackupFolder,
  database: BackedUpDatabase,
  order: CreateOrder,
): Promise<{ readonly manifest: Manifest; readonly removed: readonly string[] }> {
  const startedAt = new Date();
  try {
    const manifest = await make(env, folder, database, order);
    if (database.dataFolder !== undefined)
      await storeWaitingWal(folder, database.dataFolder, manifest.recipients);
    const { BACKUP_KEEP_DAILY: daily = KEEP_DAILY, BACKUP_KEEP_WEEKLY: weekly = KEEP_WEEKLY } = env;
    const removed = await applyRetention(folder, await listBackups(folder), { daily, weekly });
    const { id, method, file, log_size, checkpoint, verified } = manifest;
    const { bytes, sha256 } = file;
    const size = checkpoint?.size ?? null;
    const facts: BackupFacts = {
      backup: id,
      method,
      bytes,
      sha256,
      log_size,
      checkpoint: size,
      verified,
      removed,
    };
    await report(database, { outcome: "done", startedAt, facts });
    return { manifest, removed };
  } catch (error) {
    const reason = error instanceof OperatorError ? error.message : "a fault of the program";
    // Best effort: the database may be what failed.
    await report(database, { outcome: "failed", startedAt, facts: { reason: reason.slice(0, 500) } }).catch(
      () => undefined,
    );
    throw error;
  }
}

/** What the server does not do for its backups to be enough. */
async function warningsOf(client: Parameters<typeof hasChecksums>[0]): Promise<string[]> {
  const query = async (text: string) => (await client.query<object>(text)).rows;
  const archiving = archivingWarning(await readArchiving(query));
  return [
    ...((await hasChecksums(client)) ? [] : [NO_CHECKSUMS]),
    ...(archiving === undefined ? [] : [archiving]),
  ];
}

/**
 * Makes a backup of the database: written, read back, published, and reported to the instance; then old ones are removed.
 * What fails before it is published leaves no file that counts. Throws OperatorError with the reason.
 */
export async function createBackup(env: LaunchEnv, order: CreateOrder) {
  const folder = await backupFolder(env);
  if (recipientsOf(env).database.length === 0)
    throw new BackupRefused("Set BACKUP_RECIPIENTS to public keys of age (age-keygen makes one).");
  const unlock = await lockDataFolder(
    path.join(folder.dir, "backup.lock"),
    (pid) => `Another backup runs (process ${pid}).`,
  );
  try {
    await removeDrafts(folder);
    return await withDatabase(env, async (database) => ({
      ...(await makeAndReport(env, folder, database, order)),
      warnings: await withClient(database.url, warningsOf),
    }));
  } finally {
    await unlock();
  }
}
