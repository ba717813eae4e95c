import "server-only";
import { formatSeconds } from "@/lib/crypto/instant";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { addDrill, isOfRoot, readBackups, readBackupsIfWhole, rootKid } from "@/lib/keystore/backup/record";
import { recoverRoot } from "@/lib/keystore/backup/recover-root";
import type { Share } from "@/lib/keystore/backup/share";
import { type KekName, type Root, readRoots } from "@/lib/keystore/files/keystore-file";
import { stageOpened } from "@/lib/keystore/files/move-root";
import type { Backup } from "@/lib/keystore/keystore-types";
import { type Holder, zeroKeks } from "@/lib/keystore/roots/open-roots";

export interface Drilled {
  readonly backup: Backup;
  /** Uses the opened key-encryption keys. */
  readonly keks: readonly KekName[];
}

function requireRecord(backups: readonly Backup[], shares: readonly Share[]): Backup {
  const id = shares[0]?.backup;
  const known = backups.find((backup) => backup.id === id);
  if (known !== undefined) return known;
  throw new BackupError(
    "backup.unknown",
    `no ceremony ${id} is on record here: it was broken off, or backup.json is of another time; make a new backup`,
  );
}

/**
 * Proves that shares still restore the current root key: combines them in memory, opens the keystore's keys and zeroes
 * all of it. It calls no key service and writes only that the drill took place.
 */
export async function drillBackup(dir: string, shares: readonly Share[], nowMs: number): Promise<Drilled> {
  const file = readRoots(dir);
  const backups = readBackups(dir);
  const { root, opened } = await recoverRoot(dir, file, backups, shares);
  const keks = [...opened.keks.keys()];
  zeroKeks(opened.keks);
  const backup = requireRecord(backups, shares);
  if (root.state !== "current" || !isOfRoot(backup, file, root))
    throw new BackupError(
      "backup.older-root",
      `backup ${backup.id} is of root ${backup.root}, which is not the one in use: make a new backup`,
    );
  const numbers = shares.map(({ number }) => number).sort((a, b) => a - b);
  addDrill(dir, backup.id, { at: formatSeconds(nowMs), shares: numbers });
  return { backup, keks };
}

export interface Restored {
  /** The root that waits for a process to start with it. */
  readonly staged: Root;
  readonly from: string;
  /** Whether the shares were of the current root, and not of the previous one. */
  readonly wasCurrent: boolean;
}

/**
 * Moves a keystore to another custody with shares instead of the lost custody. The same key-encryption keys are wrapped
 * with a fresh root key and staged like a move. Shares of the old root still in the file and shares of an unrecorded
 * ceremony work too, because the check value decides. The new custody is called only after the shares were accepted.
 */
export async function restoreRoot(
  dir: string,
  shares: readonly Share[],
  to: () => Promise<Holder>,
): Promise<Restored> {
  const file = readRoots(dir);
  const { root, opened } = await recoverRoot(dir, file, readBackupsIfWhole(dir) ?? [], shares);
  const holder = await to().catch((error: unknown) => {
    zeroKeks(opened.keks);
    throw error;
  });
  const staged = await stageOpened(dir, file, opened, holder);
  return { staged, from: rootKid(file, root), wasCurrent: root.state === "current" };
}
