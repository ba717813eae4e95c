import "server-only";
import { toBase64url, toHex } from "@/lib/crypto/bytes";
import { formatSeconds } from "@/lib/crypto/instant";
import { randomBytes } from "@/lib/crypto/primitives";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import {
  addBackup,
  currentRoot,
  readBackups,
  requireRecordable,
  rootKid,
} from "@/lib/keystore/backup/record";
import {
  areNumbers,
  encodeShare,
  MAX_SHARES,
  type Share,
  type ShareLabel,
  shareDigest,
  zeroShares,
} from "@/lib/keystore/backup/share";
import { splitKey } from "@/lib/keystore/backup/split-key";
import { readRoots } from "@/lib/keystore/files/keystore-file";
import type { Backup } from "@/lib/keystore/keystore-types";
import { type Holder, withRootKey } from "@/lib/keystore/roots/open-roots";

const ID_BYTES = 6;

export interface Ceremony {
  readonly dir: string;
  readonly holder: Holder;
  readonly threshold: number;
  readonly shares: number;
  readonly nowMs: number;
  /** Gives one share to one person. The text is zeroed afterwards. */
  readonly deliver: (text: Uint8Array, label: ShareLabel) => Promise<void>;
}

function requireNumbers({ threshold, shares }: Ceremony): void {
  if (areNumbers(threshold, shares)) return;
  throw new BackupError(
    "backup.numbers",
    `a root key is divided among 2 to ${MAX_SHARES} persons, of whom at least 2 and at most all restore it`,
  );
}

async function deliverOne(ceremony: Ceremony, share: Share): Promise<void> {
  const text = encodeShare(share);
  const { value: _value, ...label } = share;
  try {
    await ceremony.deliver(text, label);
  } catch (cause) {
    if (cause instanceof BackupError) throw cause;
    const code = Reflect.get(Object(cause), "code");
    throw new BackupError(
      "backup.not-delivered",
      `share ${share.number} of ${share.shares} could not be handed out${typeof code === "string" ? ` (${code})` : ""}: nothing was recorded; destroy those that were, since they would restore all the same`,
      { cause },
    );
  } finally {
    text.fill(0);
  }
}

async function divide(ceremony: Ceremony, label: Pick<ShareLabel, "backup" | "root">, key: Uint8Array) {
  const { shares, threshold } = ceremony;
  const values = await splitKey(key, shares, threshold);
  return values.map((value, index): Share => ({ ...label, number: index + 1, shares, threshold, value }));
}

function record(dir: string, backup: Backup): void {
  try {
    addBackup(dir, backup);
  } catch (cause) {
    throw new BackupError(
      "backup.not-recorded",
      `the shares of ${backup.id} were handed out and could not be recorded in ${dir}: destroy them and hold the ceremony again`,
      { cause },
    );
  }
}

/**
 * Divides the current root key among persons, issues their shares one by one, and then records the ceremony. It works for
 * every custody: a key service wraps a root key of ours and unwraps it once for the ceremony.
 */
export async function makeBackup(ceremony: Ceremony): Promise<Backup> {
  requireNumbers(ceremony);
  const { dir, holder, threshold, shares } = ceremony;
  readBackups(dir);
  const file = readRoots(dir);
  const root = currentRoot(file);
  const label = { backup: `bk-${toHex(randomBytes(ID_BYTES))}`, root: rootKid(file, root) };
  const parts = await withRootKey(dir, file.id, root, holder, (key) => divide(ceremony, label, key));
  try {
    requireRecordable(dir);
    const digests = parts.map((share) => toBase64url(shareDigest(share)));
    for (const share of parts) await deliverOne(ceremony, share);
    const backup: Backup = {
      id: label.backup,
      root: label.root,
      threshold,
      shares,
      check: root.check,
      made_at: formatSeconds(ceremony.nowMs),
      digests,
      drills: [],
    };
    record(dir, backup);
    return backup;
  } finally {
    zeroShares(parts);
  }
}
