import { concat, utf8 } from "./bytes";
import { FormatError } from "./format-error";
import { canonicalBytes } from "./json/canonical-json";

const KIND = /^[a-z]+(?:-[a-z]+)*$/;

/**
 * S = `sealport/<kind>/1` ‖ 0x0A ‖ JCS(object): the bytes a person or a program signs. It stands apart from the
 * signatures, so that a browser signs what it shows without loading anything that only a server has.
 */
export function statementBytes(kind: string, object: unknown): Uint8Array {
  if (!KIND.test(kind)) throw new FormatError("format.text", "a malformed statement kind");
  return concat(utf8(`sealport/${kind}/1\n`), canonicalBytes(object));
}
