import { fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { memberOf } from "../../../crypto/json/canonical-json";
import { type Policy, ReceiptFile } from "../claims/bundle-format";
import { keysFault, parseSide } from "../tree/check-keys";
import { signatureFault } from "./receipt-signature";
import { leafOf } from "./receipt-watch";

/** The promise of a receipt, after its signature was verified. */
export interface GivenPromise {
  readonly ok: true;
  readonly entryId: string;
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ`: the log includes the entry by then. */
  readonly integrateBy: string;
  /** Canonical bytes of the promised entry. */
  readonly entry: Uint8Array;
}

/** An invalid receipt: changed after it was signed, for another log or key, or not a receipt at all. */
export interface NoPromise {
  readonly ok: false;
  readonly is: "changed" | "foreign" | "malformed";
  readonly detail: string;
}

function readOf(receipt: unknown): ReceiptFile {
  return readReceipt(typeof receipt === "string" ? receipt : (JSON.stringify(receipt) ?? ""));
}

/**
 * Returns whether one of the policy's receipt keys signed this receipt and its entry gives the signed leaf (audit.md
 * "Receipts"). Only a bundle shows whether the log kept its promise (`verifyBundle`). Takes the receipt, the API's whole
 * answer, or the text of either.
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

/**
 * Reads a stored receipt: the receipt alone, or the API's whole JSON answer with the receipt as its member `receipt`
 * (docs/formats/receipt.md). Throws FormatError that says what is wrong.
 */
export function readReceipt(text: string): ReceiptFile {
  const value = parseSide(text);
  const receipt = memberOf(value, "receipt") ?? value;
  const parsed = ReceiptFile.safeParse(receipt);
  if (parsed.success) return parsed.data;
  const path = (parsed.error.issues[0]?.path ?? []).map(String).join("/");
  throw new FormatError("format.record", `not a receipt, at /${path}`, { pointer: `/${path}` });
}
