import "server-only";
import path from "node:path";
import pino from "pino";
import { listBackups } from "@/lib/backup/archive/backup-folder";
import { BackupRefused } from "@/lib/backup/refused";
import type { LaunchEnv } from "@/lib/env";
import { backupHours } from "@/lib/env/backup";
import { runLoop } from "@/lib/jobs/run-loop";
import { backupFolder, recipientsOf } from "@/lib/launch/backup/backup-place";
import { storeWaitingWal } from "@/lib/launch/backup/create-backup";
import { baseEnvironment } from "@/lib/launch/environments";
import type { InstanceFolders } from "@/lib/launch/folders";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";
import { runStep, tellingLine } from "@/lib/launch/run-step";
import { createLogger } from "@/lib/telemetry/logger";

const WAL_PERIOD_MS = 5_000;
const LOOK_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Refuses settings of backups that contradict each other, before anything starts. */
export function requireBackupSettings(env: LaunchEnv): void {
  const { database } = recipientsOf(env);
  if (env.BACKUP_DIR !== undefined && database.length === 0)
    throw new BackupRefused(
      "BACKUP_DIR is set, so set BACKUP_RECIPIENTS to public keys of age (age-keygen).",
    );
}

interface Kept {
  readonly env: LaunchEnv;
  readonly folders: InstanceFolders;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The variables that `backup create` reads; it needs no key of the instance. */
function commandVariables(env: LaunchEnv, dataDir: string): Record<string, string> {
  const named = {
    DATABASE_URL: env.DATABASE_URL,
    DATABASE_ADMIN_URL: env.DATABASE_ADMIN_URL,
    DATABASE_OWNER_URL: env.DATABASE_OWNER_URL,
    DATABASE_NAME: env.DATABASE_NAME,
    BACKUP_DATABASE_URL: env.BACKUP_DATABASE_URL,
    BACKUP_DIR: env.BACKUP_DIR,
    BACKUP_RECIPIENTS: env.BACKUP_RECIPIENTS,
    KEY_BACKUP_RECIPIENTS: env.KEY_BACKUP_RECIPIENTS,
    BACKUP_KEEP_DAILY: env.BACKUP_KEEP_DAILY?.toString(),
    BACKUP_KEEP_WEEKLY: env.BACKUP_KEEP_WEEKLY?.toString(),
    DATA_DIR: dataDir,
  };
  const set = Object.entries(named).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...baseEnvironment(env), ...Object.fromEntries(set) };
}

/** Makes a backup if the newest is older than the period. It runs in a process of its own. */
async function backUpWhenDue({ env, folders, signal, say }: Kept): Promise<void> {
  const newest = (await listBackups(await backupFolder(env))).at(-1);
  const ageMs = newest === undefined ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(newest.finished_at);
  if (ageMs < (backupHours(env) ?? 0) * HOUR_MS) return;
  const result = await runStep({
    args: scriptArguments("op.ts", "backup", "create"),
    cwd: PROGRAM_ROOT,
    env: commandVariables(env, folders.dataDir),
    signal,
  });
  if (signal.aborted || result.code === 0) return;
  const line = tellingLine(result);
  say(`The backup failed and will be tried again. ${line}`);
  throw new BackupRefused(line);
}

/**
 * Keeps the backups of an instance of `npm start` with BACKUP_DIR: each finished segment of WAL is moved there within
 * seconds, and the database is backed up each period. A failure is logged as the alarm `backup.failed` or
 * `backup-wal.failed` in logs/backup.log, and retried after growing pauses.
 */
export function keepBackups(kept: Kept): void {
  const { env, folders, signal } = kept;
  if (env.BACKUP_DIR === undefined) return;
  const file = path.join(folders.privateDir("logs"), "backup.log");
  const logger = createLogger("backup", env.LOG_LEVEL, pino.destination({ dest: file, mode: 0o600 }));
  const { database: recipients } = recipientsOf(env);
  const isEmbedded = env.DATABASE_URL === undefined && env.DATABASE_ADMIN_URL === undefined;
  if (isEmbedded)
    void runLoop(
      { name: "backup-wal", periodMs: WAL_PERIOD_MS, signal, logger, maxBackoffMs: LOOK_MS },
      async () => {
        await storeWaitingWal(await backupFolder(env), folders.file("postgres/data"), recipients);
        return { more: false };
      },
    );
  void runLoop({ name: "backup", periodMs: LOOK_MS, signal, logger, maxBackoffMs: HOUR_MS }, async () => {
    await backUpWhenDue(kept);
    return { more: false };
  });
}
