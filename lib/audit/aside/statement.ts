import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/signed-note";

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

/** Whether the receipt key signed this very text; anything malformed is false. */
export function isAcknowledged(receiptVkey: string, said: Acknowledged, signature: string): boolean {
  if (signature.includes("\n")) return false;
  try {
    return openNote(`${acknowledgementText(said)}\n${signature}\n`, [receiptVkey]).verified.length === 1;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
