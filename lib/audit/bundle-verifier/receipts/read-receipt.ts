import { FormatError } from "@/lib/crypto/format-error";
import { ReceiptFile } from "../claims/bundle-format";
import { memberOf } from "../container/member";
import { parseSide } from "./read-side";

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
