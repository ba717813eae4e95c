import { z } from "zod";

const Text = z.string().min(1);

/** How often the database is backed up: the launcher does it, and the portal raises alarms. */
export const backupPeriodFields = {
  /** Hours between two backups of the database; a backup is late after twice as long. Without it the portal expects none. */
  BACKUP_EVERY_HOURS: z.coerce.number().int().min(1).max(720).optional(),
};

/** What copies the custodian's files, for the custodian and for `npm start`, which hands it on. */
export const backupCommandFields = {
  /** What the custodian runs with a file's path after each change of its journals, roster and keys: a program by its absolute path and its arguments, split at spaces, without a shell (docs/guides/backup.md). */
  BACKUP_COMMAND: Text.regex(/^\/\S+(?: +\S+)*$/).optional(),
};

/** Returns the program and the arguments of a BACKUP_COMMAND. */
export function commandWords(command: string): readonly [program: string, ...args: string[]] {
  const [program = "", ...args] = command.split(/ +/);
  return [program, ...args];
}

/** Where an instance's database is backed up, for `npm start` and the backup commands. */
export const backupFields = {
  ...backupCommandFields,
  ...backupPeriodFields,
  /** Folder of the backups, on another disk or a mounted store. With it `npm start` archives the database's WAL and makes backups. */
  BACKUP_DIR: Text.optional(),
  /** Public keys of age (`age1…`) that backups of the database are encrypted to, separated by commas. */
  BACKUP_RECIPIENTS: Text.optional(),
  /** Public keys of age that backups of key folders are encrypted to. They must be others than BACKUP_RECIPIENTS. */
  KEY_BACKUP_RECIPIENTS: Text.optional(),
  /** Login with REPLICATION and the role sealport_owner at your own PostgreSQL, for backups. Default: DATABASE_ADMIN_URL. */
  BACKUP_DATABASE_URL: Text.optional(),
  /** The newest backup of each of the last so many days is kept; 7 by default. */
  BACKUP_KEEP_DAILY: z.coerce.number().int().min(1).max(366).optional(),
  /** The newest backup of each of the last so many weeks is kept; 5 by default. */
  BACKUP_KEEP_WEEKLY: z.coerce.number().int().min(0).max(520).optional(),
};

const DEFAULT_HOURS = 24;

/** Returns the hours between two backups; undefined for an instance without a folder for them. */
export function backupHours(env: {
  readonly BACKUP_DIR?: string | undefined;
  readonly BACKUP_EVERY_HOURS?: number | undefined;
}): number | undefined {
  return env.BACKUP_DIR === undefined ? undefined : (env.BACKUP_EVERY_HOURS ?? DEFAULT_HOURS);
}
