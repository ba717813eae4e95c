import type { Backup, BackupState } from "@/lib/keystore/keystore-types";
import "server-only";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { isBase64url } from "@/lib/crypto/bytes";
import { parseSeconds } from "@/lib/crypto/instant";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { areNumbers } from "@/lib/keystore/backup/share";
import { writeFileAtomic } from "@/lib/keystore/files/atomic-file";
import {
  type KeystoreRoots,
  type Root,
  readRoots,
  withKeystoreLock,
} from "@/lib/keystore/files/keystore-file";

export const BACKUP_FILE = "backup.json";

function isInstant(text: string): boolean {
  try {
    return parseSeconds(text) > 0;
  } catch {
    return false;
  }
}

const Instant = z.string().refine(isInstant);
const Digest = z.string().length(43).refine(isBase64url);
const Drill = z.strictObject({ at: Instant, shares: z.array(z.int().min(1)).min(2) });

/** The record of one ceremony next to the keystore. It contains no secret. */
const BackupRecord = z
  .strictObject({
    id: z.string().min(1).max(64),
    root: z.string().min(1).max(100),
    threshold: z.int(),
    shares: z.int(),
    check: Digest,
    made_at: Instant,
    /** For each share, in the order of their numbers. */
    digests: z.array(Digest),
    drills: z.array(Drill),
  })
  .refine(({ threshold, shares, digests }) => areNumbers(threshold, shares) && digests.length === shares);

const BackupFile = z.strictObject({ v: z.literal(1), backups: z.array(BackupRecord) });

/** Kid of a root key. */
export function rootKid(file: Pick<KeystoreRoots, "id">, root: Pick<Root, "n">): string {
  return `${file.id}#${root.n}`;
}

/** Returns the recorded backups of a keystore's folder, oldest first. Throws BackupError `backup.damaged`. */
export function readBackups(dir: string): readonly Backup[] {
  const file = path.join(dir, BACKUP_FILE);
  if (!existsSync(file)) return [];
  try {
    return BackupFile.parse(JSON.parse(readFileSync(file, "utf8"))).backups;
  } catch {
    throw new BackupError(
      "backup.damaged",
      `${file} cannot be read as a record of backups: shares restore without it; put it aside, then make a new backup`,
    );
  }
}

function change(dir: string, next: (backups: readonly Backup[]) => readonly Backup[]): void {
  withKeystoreLock(dir, () => {
    const text = JSON.stringify({ v: 1, backups: next(readBackups(dir)) }, undefined, 1);
    writeFileAtomic(path.join(dir, BACKUP_FILE), `${text}\n`);
  });
}

/** Checks that a record can be written, before any share is issued. */
export function requireRecordable(dir: string): void {
  change(dir, (backups) => backups);
}

/** Records a ceremony. */
export function addBackup(dir: string, backup: Backup): void {
  change(dir, (backups) => [...backups, backup]);
}

/** Records that this many shares of a backup gave the root key. */
export function addDrill(dir: string, id: string, drill: z.infer<typeof Drill>): void {
  change(dir, (backups) =>
    backups.map((one) => (one.id === id ? { ...one, drills: [...one.drills, drill] } : one)),
  );
}

/**
 * Returns whether a backup is of this root. It compares checks, because a number may repeat after a restore of the
 * keystore's file.
 */
export function isOfRoot(backup: Pick<Backup, "root" | "check">, file: KeystoreRoots, root: Root): boolean {
  return backup.root === rootKid(file, root) && backup.check === root.check;
}

/** Returns the current root. Every file that was read has it. */
export function currentRoot(file: KeystoreRoots): Root {
  const root = file.roots.find(({ state }) => state === "current");
  if (root === undefined) throw new TypeError("a keystore file without a current root");
  return root;
}

/** Returns an empty list for an unreadable record, for callers that can work without it. */
export function readBackupsIfWhole(dir: string): readonly Backup[] | undefined {
  try {
    return readBackups(dir);
  } catch (error) {
    if (error instanceof BackupError) return undefined;
    throw error;
  }
}

/** Throws KeystoreError if the keystore itself cannot be read. */
export function readBackupState(dir: string): BackupState {
  const file = readRoots(dir);
  const root = currentRoot(file);
  const backups = readBackupsIfWhole(dir);
  const current = backups?.findLast((backup) => isOfRoot(backup, file, root));
  const backup = current ?? backups?.at(-1);
  return {
    root: rootKid(file, root),
    isReadable: backups !== undefined,
    isOfCurrentRoot: current !== undefined,
    ...(backup === undefined ? {} : { backup }),
  };
}
