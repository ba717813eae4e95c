import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { equalConstantTime, fromBase64url, toHex } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { formatMicros, parseMicros } from "@/lib/crypto/instant";
import { parseLine, type SignatureLine } from "@/lib/crypto/log/note-format";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { type ReceiptClaims, verifyReceipt } from "@/lib/crypto/receipt";
import type { ReceiptFile } from "../claims/bundle-format";

/** A receipt is due a minute after its entry (docs/formats/receipt.md). */
const DUE_MICROS = 60_000_000n;

/** Keys that check a receipt, and their owner. */
interface Keys {
  readonly receiptKeys: readonly string[];
  readonly keysOf: "policy" | "bundle";
}

/** Why a receipt is not genuine: changed after it was signed, or signed by another key. */
export interface SignatureFault {
  readonly is: "changed" | "foreign";
  readonly detail: string;
}

/** The values in a receipt's own entry. */
interface OwnEntry {
  readonly leaf: Uint8Array;
  readonly id: string;
  readonly due: string;
}

function ownEntry(receipt: ReceiptFile): OwnEntry | undefined {
  return quietly(() => {
    const bytes = fromBase64url(receipt.entry);
    const { id, at } = parseEntry(bytes);
    return { leaf: entryLeaf(bytes), id, due: formatMicros(parseMicros(at) + DUE_MICROS) };
  });
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function nameOf({ name, keyId }: SignatureLine): string {
  return `${name}+${toHex(keyId)}`;
}

/**
 * Returns why the receipt is invalid under these keys, as the rest of a sentence about it. Undefined if it is valid and
 * its entry gives the signed leaf. If correcting one member makes the signature valid, the text names that member.
 */
export function signatureFault(
  receipt: ReceiptFile,
  leaf: Uint8Array | undefined,
  { receiptKeys, keysOf }: Keys,
): SignatureFault | undefined {
  const line = receipt.signature.includes("\n") ? undefined : quietly(() => parseLine(receipt.signature));
  if (line === undefined)
    return {
      is: "changed",
      detail: "was changed after it was signed: its signature is not a signature line",
    };
  const keys = receiptKeys.map((key) => parseVkey(key));
  const key = keys.find(({ name, keyId }) => name === line.name && equalConstantTime(keyId, line.keyId));
  if (key === undefined) {
    const detail = `is signed by another key, ${nameOf(line)}, which the ${keysOf} does not name as a receipt key`;
    return { is: "foreign", detail };
  }
  const holds = (claims: Omit<ReceiptClaims, "log">): boolean =>
    verifyReceipt(key.publicKey, { log: receipt.log, ...claims }, receipt.signature);
  const own = ownEntry(receipt);
  const claimed = { entryId: receipt.entry_id, integrateBy: receipt.integrate_by };
  if (leaf === undefined || !holds({ ...claimed, leafHash: leaf })) {
    const changed = own === undefined ? undefined : changedMember(own, { ...claimed, leafHash: leaf }, holds);
    return { is: "changed", detail: changedText(changed, nameOf(line)) };
  }
  if (own !== undefined && equalConstantTime(own.leaf, leaf) && own.id === receipt.entry_id) return undefined;
  const detail =
    "was changed after it was signed: its signature is valid, but the entry in the receipt does not give the leaf that was signed";
  return { is: "changed", detail };
}

function changedText(member: string | undefined, key: string): string {
  return member === undefined
    ? `was changed after it was signed: the signature of ${key} is not valid for it`
    : `was changed after it was signed: the signature of ${key} is valid only for another ${member}, which the receipt's own entry gives`;
}

type Claimed = Omit<ReceiptClaims, "log" | "leafHash"> & { readonly leafHash: Uint8Array | undefined };

/** Returns the one member that makes the signature valid when its value comes from the entry itself. */
function changedMember(
  own: OwnEntry,
  { leafHash, ...claimed }: Claimed,
  holds: (claims: Omit<ReceiptClaims, "log">) => boolean,
): string | undefined {
  if (holds({ ...claimed, leafHash: own.leaf })) return "leaf_hash";
  if (leafHash === undefined) return undefined;
  if (holds({ ...claimed, leafHash, entryId: own.id })) return "entry_id";
  if (holds({ ...claimed, leafHash, integrateBy: own.due })) return "integrate_by";
  return undefined;
}
