import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { sha256 } from "@/lib/crypto/primitives";

/** What two persons said that they looked at, and the entry that records it. */
export interface Acknowledged {
  /** Origin of the log. */
  readonly log: string;
  /** Id of the row that stands aside. */
  readonly entryId: string;
  /** SHA-256 of the bytes that stand there, base64url. */
  readonly digest: string;
  /** The `aside.agree` entry. */
  readonly agreedEntryId: string;
}

/** The text that the receipt key signs, last newline included. */
export function acknowledgementText({ log, entryId, digest, agreedEntryId }: Acknowledged): string {
  return `${[`${log}/acknowledgement`, entryId, digest, agreedEntryId].join("\n")}\n`;
}

const MAX_REMEMBERED = 100_000;
/** Whether signatures held, by the digest of all that was asked: the answer is always the same, so one memory serves all. */
const remembered = new Map<string, boolean>();

function nameOf(receiptVkey: string, said: Acknowledged, signature: string): string {
  return toBase64url(sha256(utf8(JSON.stringify([receiptVkey, acknowledgementText(said), signature]))));
}

/** What `isAcknowledged` said of this before; undefined where it is not known any more. */
export function rememberedWord(
  receiptVkey: string,
  said: Acknowledged,
  signature: string,
): boolean | undefined {
  return remembered.get(nameOf(receiptVkey, said, signature));
}

/** Whether the receipt key signed this very text; anything malformed is false. */
export function isAcknowledged(receiptVkey: string, said: Acknowledged, signature: string): boolean {
  const isHeld = isSigned(receiptVkey, said, signature);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(nameOf(receiptVkey, said, signature), isHeld);
  return isHeld;
}

function isSigned(receiptVkey: string, said: Acknowledged, signature: string): boolean {
  if (signature.includes("\n")) return false;
  try {
    return openNote(`${acknowledgementText(said)}\n${signature}\n`, [receiptVkey]).verified.length === 1;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
