import "server-only";
import { BackupFacts, DrillFacts, selectNewest } from "@/lib/backup/record/store";
import type { Running } from "@/lib/db/statement";

/** When backups or drills last succeeded and last failed. */
interface Last<Facts> {
  readonly at: Date | undefined;
  readonly facts: Facts | undefined;
  readonly failedAt: Date | undefined;
}

/** How old the last good backup and drill are, and what they found. */
export interface BackupState {
  readonly backup: Last<BackupFacts>;
  readonly drill: Last<DrillFacts>;
}

const HOUR_MS = 3_600_000;
/** A drill is due again after this many days. */
export const DRILL_DAYS = 90;

/** Returns the last good backup and drill of the tenant, for readiness, health and metrics. */
export async function readBackupState(tx: Running, tenantId: string): Promise<BackupState> {
  const rows = await selectNewest(tx, tenantId);
  const find = (kind: string, outcome: string) =>
    rows.find((row) => row.kind === kind && row.outcome === outcome);
  const [backup, drill] = [find("backup", "done"), find("drill", "done")];
  return {
    backup: {
      at: backup?.finished_at,
      facts: BackupFacts.safeParse(backup?.facts).data,
      failedAt: find("backup", "failed")?.finished_at,
    },
    drill: {
      at: drill?.finished_at,
      facts: DrillFacts.safeParse(drill?.facts).data,
      failedAt: find("drill", "failed")?.finished_at,
    },
  };
}

/** Returns whether the newest attempt failed. A later success ends the alarm. */
function hasFailed({ at, failedAt }: Pick<Last<unknown>, "at" | "failedAt">): boolean {
  return failedAt !== undefined && (at === undefined || failedAt > at);
}

/** Returns the seconds since the last success; null without one. */
export function ageOf({ at }: Pick<Last<unknown>, "at">, nowMs: number): number | null {
  return at === undefined ? null : Math.max(0, Math.round((nowMs - at.getTime()) / 1_000));
}

/** Returns whether no drill has succeeded in the last 90 days. */
export function isDrillDue({ drill }: { readonly drill: Pick<Last<unknown>, "at"> }, nowMs: number): boolean {
  return drill.at === undefined || nowMs - drill.at.getTime() > DRILL_DAYS * 24 * HOUR_MS;
}

/** How often a backup is expected (undefined: never), and since when. A new instance has no backup at first. */
export interface Expected {
  readonly everyHours: number | undefined;
  readonly since: Date | undefined;
}

/** Returns whether the last good backup is older than twice the expected period. */
export function isBackupLate(
  { backup }: BackupState,
  { everyHours, since }: Expected,
  nowMs: number,
): boolean {
  const last = backup.at ?? since;
  if (everyHours === undefined || last === undefined) return false;
  return nowMs - last.getTime() > 2 * everyHours * HOUR_MS;
}

/** Returns the names of the alarms about backups that apply now. */
export function backupAlarms(state: BackupState, expected: Expected, nowMs: number): string[] {
  return [
    ...(hasFailed(state.backup) ? ["backup-failed"] : []),
    ...(isBackupLate(state, expected, nowMs) ? ["backup-late"] : []),
    ...(hasFailed(state.drill) ? ["drill-failed"] : []),
  ];
}
