import { fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { Policy, ReceiptFile } from "../claims/bundle-format";
import { keysFault } from "../tree/check-keys";
import { readReceipt } from "./read-receipt";
import { signatureFault } from "./receipt-signature";
import { leafOf } from "./receipt-watch";

/** What a receipt promises, once it is known that the log gave it. */
export interface GivenPromise {
  readonly ok: true;
  readonly entryId: string;
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ`: by then the log holds the entry. */
  readonly integrateBy: string;
  /** Canonical bytes of the entry, of which the promise is. */
  readonly entry: Uint8Array;
}

/** A receipt that is none: changed after it was signed, of another log or key, or no receipt at all. */
export interface NoPromise {
  readonly ok: false;
  readonly is: "changed" | "foreign" | "malformed";
  readonly detail: string;
}

function readOf(receipt: unknown): ReceiptFile {
  return readReceipt(typeof receipt === "string" ? receipt : (JSON.stringify(receipt) ?? ""));
}

/**
 * Whether one of the policy's receipt keys signed this receipt and its entry gives the leaf that was signed (audit.md
 * "Receipts"). That the log kept its promise only a bundle shows (`verifyBundle`). Takes the receipt, the whole answer it came
 * in, or the text of either.
 */
export function verifyReceipt(
  receipt: unknown,
  { receipts: receiptKeys }: Pick<Policy, "receipts">,
): GivenPromise | NoPromise {
  try {
    const weak = keysFault({ log: [], receipts: receiptKeys, witnesses: [] });
    if (weak !== undefined) throw new FormatError("format.key", `the policy's ${weak}`);
    const read = readOf(receipt);
    const fault = signatureFault(read, leafOf(read), { receiptKeys, keysOf: "policy" });
    if (fault !== undefined) return { ok: false, is: fault.is, detail: `the receipt ${fault.detail}` };
    const entry = fromBase64url(read.entry);
    return { ok: true, entryId: read.entry_id, integrateBy: read.integrate_by, entry };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { ok: false, is: "malformed", detail: error.message };
  }
}
