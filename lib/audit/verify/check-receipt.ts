import { equalConstantTime, fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { verifyReceipt } from "@/lib/crypto/receipt";
import { parseVkey } from "@/lib/crypto/signed-note";
import { entryLeaf, parseEntry } from "../entry";
import type { ReceiptFile } from "./bundle-format";
import type { TrustedKeys } from "./check-tree";
import type { Bundle } from "./read-bundle";
import type { Finding } from "./report";

/** Holds a receipt against the bundle: its promise must be kept, or not be due yet. */
export function checkReceipt(
  receipt: ReceiptFile,
  bundle: Bundle,
  keys: TrustedKeys,
): { findings: Finding[]; notes: string[] } {
  const leafHash = fromBase64url(receipt.leaf_hash);
  const claims = { log: receipt.log, entryId: receipt.entry_id, leafHash, integrateBy: receipt.integrate_by };
  const isSigned = keys.receipts.some((key) =>
    verifyReceipt(parseVkey(key).publicKey, claims, receipt.signature),
  );
  if (!isSigned) return wrong("receipt", "the receipt is signed by no trusted receipt key");
  if (!isOfItsEntry(receipt, leafHash)) return wrong("receipt", "the receipt's entry does not give its leaf");
  const seq = bundle.leaves.findIndex((leaf) => equalConstantTime(leaf, leafHash));
  if (seq >= 0) return { findings: [], notes: [`the receipt's entry is leaf ${seq}`] };
  const stands = bundle.entries.find((entry) => entry.line.entry.id === receipt.entry_id);
  if (stands !== undefined) {
    return wrong(
      "content mismatch",
      `entry ${stands.seq} is not the one the receipt was given for`,
      stands.seq,
    );
  }
  if (receipt.integrate_by < bundle.manifest.exported_at) {
    return wrong("missing leaf", `entry ${receipt.entry_id} was promised and is not in the tree`);
  }
  return { findings: [], notes: ["the receipt's entry is not due in the tree yet"] };
}

function isOfItsEntry(receipt: ReceiptFile, leafHash: Uint8Array): boolean {
  try {
    const bytes = fromBase64url(receipt.entry);
    return equalConstantTime(entryLeaf(bytes), leafHash) && parseEntry(bytes).id === receipt.entry_id;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function wrong(of: Finding["class"], detail: string, seq?: number): { findings: Finding[]; notes: string[] } {
  return { findings: [{ class: of, detail, ...(seq === undefined ? {} : { seq }) }], notes: [] };
}
