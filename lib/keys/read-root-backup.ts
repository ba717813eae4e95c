import "server-only";
import type { Context } from "@/lib/context/context";
import { parseSeconds } from "@/lib/crypto/instant";
import { DomainError } from "@/lib/errors";
import type { RootBackup, RootBackupStanding } from "@/lib/keys/schema";
import type { Backup, BackupState } from "@/lib/keystore/keystore-types";

/** Days without a drill after which a backup is not known to work. */
export const DRILL_DAYS = 90;
const DAY_MS = 86_400_000;

function standingOf(state: BackupState, nowMs: number): RootBackupStanding {
  const { backup, isOfCurrentRoot, isReadable } = state;
  if (!isReadable) return "unreadable";
  if (backup === undefined) return "none";
  if (!isOfCurrentRoot) return "older-root";
  const age = nowMs - parseSeconds(backup.drills.at(-1)?.at ?? backup.made_at);
  // A record written with a clock that is ahead gives no reliable time.
  return age > DRILL_DAYS * DAY_MS || age < -DAY_MS ? "drill-due" : "current";
}

function viewOf({ id, root, threshold, shares, made_at, drills }: Backup): RootBackup["backup"] {
  const last_drill_at = drills.at(-1)?.at ?? null;
  return { id, root, threshold, shares, made_at, last_drill_at, drills: drills.length };
}

/** Returns the state of the backup of this portal's root key, from the record stored with its keystore. */
export function rootBackupOf(cx: Pick<Context, "keystore" | "clock">): RootBackup {
  const state = cx.keystore.readBackup();
  const { root, backup } = state;
  const standing = standingOf(state, cx.clock.nowMs());
  const view = { root, standing, drill_days: DRILL_DAYS };
  return backup === undefined ? view : { ...view, backup: viewOf(backup) };
}

/** Returns the same, for administrators. Throws `access.forbidden`. */
export function readRootBackup(cx: Pick<Context, "keystore" | "clock" | "principal">): RootBackup {
  if (cx.principal.role !== "admin")
    throw new DomainError("access.forbidden", {
      detail: "Only administrators can see the root key's backup.",
    });
  return rootBackupOf(cx);
}
