import "server-only";
import { z } from "zod";

/** Whether a server archives its WAL: `new` has archived nothing yet, `late` has stopped. */
export const Archiving = z.enum(["off", "new", "late", "kept"]);
export type Archiving = z.infer<typeof Archiving>;

/**
 * Returns SQL for a server's `Archiving`, for any login. The server's own counter of failures stays at 0 where the shell
 * does not find the command, so time and place decide: nothing for `patience` although two finished segments wait.
 */
function archivingSql(patience: string): string {
  return `(SELECT CASE
    WHEN current_setting('archive_mode') = 'off' OR pg_is_in_recovery() THEN 'off'
    WHEN a.last_archived_wal IS NULL AND (t.timeout = '0' OR pg_postmaster_start_time() > t.limit_at) THEN 'new'
    WHEN a.last_archived_wal IS NULL THEN 'late'
    WHEN a.last_archived_time < t.limit_at AND substr(a.last_archived_wal, 9, 16) < substr(pg_walfile_name(
      pg_current_wal_lsn() - 2 * pg_size_bytes(current_setting('wal_segment_size'))), 9, 16) THEN 'late'
    ELSE 'kept' END
  FROM pg_stat_archiver a
    CROSS JOIN LATERAL (SELECT current_setting('archive_timeout')::interval AS timeout,
      now() - interval '${patience}' - 2 * current_setting('archive_timeout')::interval AS limit_at) t)`;
}

const PATIENCE = "5 minutes";
/** The same as one value of a larger statement. */
export const ARCHIVING = archivingSql(PATIENCE);

/** What the operator does about a server that archives no WAL; undefined where nothing is wrong. */
export function archivingWarning(archiving: Archiving): string | undefined {
  if (archiving === "new")
    return "The server has archived no WAL yet, so a restore reaches the end of this backup and no later time. Look whether files appear in BACKUP_DIR/wal; the server's log says why not.";
  if (archiving === "late")
    return "The server no longer archives its WAL: a restore would lose what came after the last file in BACKUP_DIR/wal. The server's log says why.";
  return undefined;
}

/** Returns whether the server that answers `query` with rows archives its WAL. `patience` is an interval of SQL. */
export async function readArchiving(
  query: (text: string) => Promise<readonly unknown[]>,
  patience = PATIENCE,
): Promise<Archiving> {
  const [row] = await query(`SELECT ${archivingSql(patience)} AS archiving`);
  return z.object({ archiving: Archiving }).parse(row).archiving;
}
