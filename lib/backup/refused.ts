// The room backup: the database's backups. archive/ writes and reads the files (tar, gzip, age), server/ takes them
// from a running PostgreSQL and replays them into another, record/ stores the results of backups and drills.
// lib/launch/backup has the operator's commands. Must stay true: only a file that was read back counts as a backup, a
// backup of the database has no key, and a restore never writes over anything.
import "server-only";
import { OperatorError } from "@/lib/errors";

/** A backup, restore or drill that is refused or has failed. The message is one line for the operator. */
export class BackupRefused extends OperatorError {
  override readonly name = "BackupRefused";
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Turns a failure of the file system into one line; an unknown failure stays as it is. */
export function explainBackupFailure(error: unknown, what: string): unknown {
  const code: unknown = Reflect.get(Object(error), "code");
  if (typeof code !== "string") return error;
  if (FULL.has(code)) return new BackupRefused(`The disk is full: ${what} was not finished and was removed.`);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new BackupRefused(`${what} cannot be read or written by this user.`);
  if (code === "ENOENT") return new BackupRefused(`${what} is missing.`);
  return error;
}
