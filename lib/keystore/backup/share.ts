import "server-only";
import { concat, equalConstantTime, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { ByteWords, HEX_DIGITS } from "@/lib/keystore/backup/byte-words";
import { KEY_BYTES } from "@/lib/keystore/keystore-types";

/** Text of a share in addition to its value. None of it is secret. */
export interface ShareLabel {
  readonly backup: string;
  /** Kid of the root key that was divided: `<keystore>#<number of the root>`. */
  readonly root: string;
  /** From 1 to `shares`. */
  readonly number: number;
  readonly shares: number;
  readonly threshold: number;
}

/** One person's part of a root key. The owner of the object zeroes `value` after use. */
export interface Share extends ShareLabel {
  readonly value: Uint8Array;
}

/** Length of the library's share: the key's length and one byte for its place. */
export const VALUE_BYTES = KEY_BYTES + 1;
/** Maximum number of persons. The library allows 255, but larger ceremonies are not practical. */
export const MAX_SHARES = 32;

const TITLE = ["sealport", "root", "key", "share", "1"];
const CHECKSUM_BYTES = 4;
const GROUP_DIGITS = 4;
const GROUPS_IN_LINE = 6;
const BACKUP_ID = /^bk-[0-9a-f]{12}$/;
const ROOT_KID = /^[A-Za-z0-9._-]{1,64}#[1-9][0-9]{0,8}$/;
const COUNT = /^[1-9][0-9]?$/;

/**
 * Returns SHA-256(`sealport/share/1|` ‖ JCS(label) ‖ `|` ‖ value). It reveals nothing of the value, which is as good as
 * random.
 */
export function shareDigest({ backup, root, number, shares, threshold, value }: Share): Uint8Array {
  const label = canonicalBytes({ backup, root, number, shares, threshold });
  const bytes = concat(utf8("sealport/share/1|"), label, utf8("|"), value);
  const digest = sha256(bytes);
  bytes.fill(0);
  return digest;
}

/** Returns digits in groups, a few to a line, as people copy them from paper. The returned bytes are the only copy. */
function digitGroups(bytes: Uint8Array): Uint8Array {
  const perGroup = GROUP_DIGITS / 2;
  const out = new Uint8Array(bytes.length * 2 + Math.ceil(bytes.length / perGroup) - 1);
  let at = 0;
  for (const [index, byte] of bytes.entries()) {
    if (index > 0 && index % perGroup === 0)
      out[at++] = index % (perGroup * GROUPS_IN_LINE) === 0 ? 0x0a : 0x20;
    out[at++] = HEX_DIGITS[byte >> 4] ?? 0;
    out[at++] = HEX_DIGITS[byte & 15] ?? 0;
  }
  return out;
}

/** Returns the text of a share (docs/formats/share.md) as bytes, so that it can be zeroed. */
export function encodeShare(share: Share): Uint8Array {
  const { backup, root, number, shares, threshold } = share;
  const head = `${TITLE.join(" ")}\nbackup: ${backup}\nroot: ${root}\nshare: ${number} of ${shares}\nthreshold: ${threshold}\nvalue:\n`;
  const value = digitGroups(share.value);
  const checksum = digitGroups(shareDigest(share).subarray(0, CHECKSUM_BYTES));
  const text = concat(utf8(head), value, utf8("\nchecksum: "), checksum, utf8("\n"));
  value.fill(0);
  return text;
}

function notAShare(nth: number, why: string): BackupError {
  return new BackupError("backup.not-a-share", `share ${nth} of those given ${why}`);
}

function readLabel(words: ByteWords): ShareLabel | undefined {
  words.expect(...TITLE, "backup:");
  const backup = words.text();
  words.expect("root:");
  const root = words.text();
  words.expect("share:");
  const number = words.text();
  words.expect("of");
  const shares = words.text();
  words.expect("threshold:");
  const threshold = words.text();
  words.expect("value:");
  const areCounts = [number, shares, threshold].every((text) => COUNT.test(text));
  if (!areCounts || !BACKUP_ID.test(backup) || !ROOT_KID.test(root)) return undefined;
  return { backup, root, number: Number(number), shares: Number(shares), threshold: Number(threshold) };
}

function isPossible({ number, shares, threshold }: ShareLabel): boolean {
  return areNumbers(threshold, shares) && number <= shares;
}

/** Returns whether a key can be divided so. */
export function areNumbers(threshold: number, shares: number): boolean {
  const areWhole = Number.isInteger(threshold) && Number.isInteger(shares);
  return areWhole && threshold >= 2 && threshold <= shares && shares <= MAX_SHARES;
}

function readOne(words: ByteWords, nth: number): Share {
  const label = readLabel(words);
  if (label === undefined || !isPossible(label)) throw notAShare(nth, "has a label that no ceremony writes");
  const value = words.digits(VALUE_BYTES);
  try {
    words.expect("checksum:");
    const share = { ...label, value };
    const wanted = shareDigest(share).subarray(0, CHECKSUM_BYTES);
    if (equalConstantTime(words.digits(CHECKSUM_BYTES), wanted)) return share;
  } catch (error) {
    value.fill(0);
    throw error;
  }
  value.fill(0);
  throw notAShare(nth, "was mistyped or changed: its checksum is another one");
}

/**
 * Reads shares that follow one another, with any line breaks. `before` is the number of shares that were read from
 * elsewhere, for the number in a message. The caller zeroes the bytes.
 */
export function readShares(bytes: Uint8Array, before: number): Share[] {
  const found: Share[] = [];
  const words = new ByteWords(bytes);
  try {
    do found.push(readOne(words, before + found.length + 1));
    while (!words.isAtEnd());
    return found;
  } catch (error) {
    zeroShares(found);
    if (error instanceof BackupError) throw error;
    throw notAShare(before + found.length + 1, "is not a share: it is incomplete, or there is other text");
  }
}

/** Zeroes the values of shares. */
export function zeroShares(shares: readonly Share[]): void {
  for (const { value } of shares) value.fill(0);
}
