import "server-only";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { rootKid } from "@/lib/keystore/backup/record";
import { type Share, shareDigest } from "@/lib/keystore/backup/share";
import { combineKey } from "@/lib/keystore/backup/split-key";
import type { KeystoreRoots, Root } from "@/lib/keystore/files/keystore-file";
import { kekCheck } from "@/lib/keystore/files/keystore-file";
import type { Backup } from "@/lib/keystore/keystore-types";
import { type OpenedKeystore, openKeks } from "@/lib/keystore/roots/open-roots";

function refuse(code: BackupError["code"], message: string): never {
  throw new BackupError(code, message);
}

const listed = (shares: readonly Share[]): string => shares.map(({ number }) => number).join(", ");

const nameOf = ({ backup, root, threshold, shares }: Share): string =>
  `${backup} of ${root}, ${threshold} of ${shares}`;

/** Requires that all shares are of one ceremony, without repetition, and enough. Returns one of them. */
function requireSet(shares: readonly Share[]): Share {
  const [first, ...others] = shares;
  if (first === undefined) return refuse("backup.too-few", "no share was given");
  for (const one of others) {
    const isSame = one.backup === first.backup && one.root === first.root;
    if (!isSame || one.threshold !== first.threshold || one.shares !== first.shares)
      refuse(
        "backup.mixed",
        `the shares are not of one ceremony: number ${first.number} says ${nameOf(first)}, number ${one.number} says ${nameOf(one)}`,
      );
  }
  const numbers = shares.map(({ number }) => number);
  const twice = numbers.find((number, index) => numbers.indexOf(number) !== index);
  if (twice !== undefined) refuse("backup.doubled", `share ${twice} was given more than once`);
  if (shares.length < first.threshold) {
    const { threshold, backup } = first;
    const word = shares.length === 1 ? "was" : "were";
    refuse("backup.too-few", `${shares.length} ${word} given, ${threshold} are needed of backup ${backup}`);
  }
  return first;
}

/** Returns the root in the file that the shares belong to. */
function rootOf({ root, backup }: Share, file: KeystoreRoots): Root {
  const found = file.roots.find((one) => rootKid(file, one) === root);
  if (found !== undefined) return found;
  if (!root.startsWith(`${file.id}#`))
    return refuse(
      "backup.foreign",
      `backup ${backup} is of another keystore: of root ${root}, not of ${file.id}`,
    );
  const known = file.roots.map((one) => rootKid(file, one)).join(", ");
  return refuse(
    "backup.older-root",
    `backup ${backup} is of root ${root}, which this keystore has no more: it has ${known}; use a later backup, or the keystore.json of its time`,
  );
}

/** If the ceremony is on record, compares each share with the issued one. */
function requireHandedOut(shares: readonly Share[], backup: Backup | undefined): void {
  if (backup === undefined) return;
  const changed = shares.filter(
    (share) => backup.digests[share.number - 1] !== toBase64url(shareDigest(share)),
  );
  if (changed.length === 0) return;
  refuse(
    "backup.tampered",
    `not the shares that backup ${backup.id} handed out: number ${listed(changed)}; give others in their place`,
  );
}

export interface RecoveredRoot {
  readonly root: Root;
  readonly opened: OpenedKeystore;
}

async function recombine(shares: readonly Share[], { backup }: Share): Promise<Uint8Array> {
  try {
    return await combineKey(shares.map(({ value }) => value));
  } catch {
    return refuse(
      "backup.tampered",
      `the shares of backup ${backup} do not belong together: one was changed`,
    );
  }
}

/**
 * Opens a keystore's key-encryption keys with shares alone, without its custody. Too few or changed shares give a wrong
 * key without an error. So the recombined key is compared in constant time with the root's check value before it opens
 * anything. The caller zeroes shares and keys. Throws BackupError with its code.
 */
export async function recoverRoot(
  dir: string,
  file: KeystoreRoots,
  backups: readonly Backup[],
  shares: readonly Share[],
): Promise<RecoveredRoot> {
  const first = requireSet(shares);
  const root = rootOf(first, file);
  requireHandedOut(
    shares,
    backups.find(({ id }) => id === first.backup),
  );
  const key = await recombine(shares, first);
  try {
    if (!equalConstantTime(kekCheck(key), fromBase64url(root.check)))
      refuse(
        "backup.tampered",
        `the shares of backup ${first.backup} do not give root key ${first.root}: one was changed, or they are of another key of that number`,
      );
    return { root, opened: openKeks(dir, file.id, root, key) };
  } finally {
    key.fill(0);
  }
}
