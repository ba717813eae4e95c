import "server-only";
import type { BackupFolder, Manifest } from "@/lib/backup/archive/backup-folder";
import { removeBackup } from "@/lib/backup/archive/backup-folder";
import { removeWalBefore } from "@/lib/backup/archive/wal-archive";

/** How many days and weeks keep one backup each. */
export interface KeepRule {
  readonly daily: number;
  readonly weekly: number;
}

const DAY_MS = 86_400_000;
/** 1 January 1970 was a Thursday: weeks begin on Monday. */
const MONDAY_SHIFT = 3;

function dayOf({ finished_at }: Manifest): number {
  return Math.floor(Date.parse(finished_at) / DAY_MS);
}

function weekOf(manifest: Manifest): number {
  return Math.floor((dayOf(manifest) + MONDAY_SHIFT) / 7);
}

/** Returns the newest backup of each of the newest `count` periods. */
function newestOf(
  backups: readonly Manifest[],
  periodOf: (manifest: Manifest) => number,
  count: number,
): Manifest[] {
  const newest = new Map<number, Manifest>();
  for (const manifest of backups) newest.set(periodOf(manifest), manifest);
  const periods = [...newest.keys()].sort((a, b) => b - a).slice(0, count);
  return periods.flatMap((period) => newest.get(period) ?? []);
}

/**
 * Returns the backups that may be removed. The newest backup of each kept day and of each kept week stays, and so does
 * the newest of all. `backups` begin with the oldest.
 */
export function outdatedBackups(backups: readonly Manifest[], rule: KeepRule): Manifest[] {
  const kept = new Set([
    ...backups.slice(-1),
    ...newestOf(backups, dayOf, rule.daily),
    ...newestOf(backups, weekOf, rule.weekly),
  ]);
  return backups.filter((manifest) => !kept.has(manifest));
}

/** Removes outdated backups, and WAL from before the oldest that stays. Returns the ids of the removed backups. */
export async function applyRetention(
  folder: BackupFolder,
  backups: readonly Manifest[],
  rule: KeepRule,
): Promise<string[]> {
  const outdated = outdatedBackups(backups, rule);
  for (const manifest of outdated) await removeBackup(folder, manifest);
  const oldest = backups.find((manifest) => !outdated.includes(manifest));
  if (oldest !== undefined) await removeWalBefore(folder, oldest.wal.first);
  return outdated.map(({ id }) => id);
}
