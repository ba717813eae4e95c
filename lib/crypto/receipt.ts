import { toBase64 } from "./bytes";
import { FormatError } from "./format-error";
import { parseMicros } from "./instant";
import { noteSignatureLine, openNote, vkey } from "./log/signed-note";
import { isUuid } from "./uuid";

/** A receipt's promise: the log will include this leaf by then. */
export interface ReceiptClaims {
  /** Origin of the log. */
  readonly log: string;
  readonly entryId: string;
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
  readonly integrateBy: string;
}

/** Key name of a log's receipt key. */
export function receiptKeyName(log: string): string {
  return `${log}/receipt`;
}

/** The signed text of a receipt, last newline included (audit.md "Receipts"). */
export function receiptText(claims: ReceiptClaims): string {
  if (!isUuid(claims.entryId)) throw new FormatError("format.record", "the entry id is not a UUID");
  if (claims.leafHash.length !== 32) throw new FormatError("format.length", "a leaf hash has 32 bytes");
  parseMicros(claims.integrateBy);
  const lines = [receiptKeyName(claims.log), claims.entryId, toBase64(claims.leafHash), claims.integrateBy];
  return `${lines.join("\n")}\n`;
}

/** The receipt's `signature` member: a whole C2SP signed-note signature line without its newline. */
export function signReceipt(seed: Uint8Array, claims: ReceiptClaims): string {
  return noteSignatureLine(receiptKeyName(claims.log), seed, receiptText(claims));
}

/** Returns whether the given Ed25519 receipt key made a receipt's signature. False for malformed input. */
export function verifyReceipt(publicKey: Uint8Array, claims: ReceiptClaims, signature: string): boolean {
  try {
    const key = vkey(receiptKeyName(claims.log), publicKey);
    const { verified, ignored } = openNote(`${receiptText(claims)}\n${signature}\n`, [key]);
    return verified.length === 1 && ignored.length === 0 && !signature.includes("\n");
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
