import { concat, utf8 } from "./bytes";
import { FormatError } from "./format-error";
import { canonicalBytes } from "./json/canonical-json";

const KIND = /^[a-z]+(?:-[a-z]+)*$/;

/**
 * Returns S = `sealport/<kind>/1` ‖ 0x0A ‖ JCS(object): the bytes that a person or a program signs. The file is separate
 * from the signatures, so that a browser can sign what it shows without loading server code.
 */
export function statementBytes(kind: string, object: unknown): Uint8Array {
  if (!KIND.test(kind)) throw new FormatError("format.text", "a malformed statement kind");
  return concat(utf8(`sealport/${kind}/1\n`), canonicalBytes(object));
}
