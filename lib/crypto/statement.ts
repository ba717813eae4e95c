import { concat, utf8 } from "./bytes";
import { canonicalBytes } from "./canonical-json";
import { FormatError } from "./format-error";
import { ed25519Sign, ed25519Verify } from "./primitives";

const KIND = /^[a-z]+(?:-[a-z]+)*$/;

/** S = `sealport/<kind>/1` ‖ 0x0A ‖ JCS(object): the bytes a person or a program signs. */
export function statementBytes(kind: string, object: unknown): Uint8Array {
  if (!KIND.test(kind)) throw new FormatError("format.text", "a malformed statement kind");
  return concat(utf8(`sealport/${kind}/1\n`), canonicalBytes(object));
}

/** Ed25519 signature (RFC 8032) over a statement, 64 bytes. */
export function signStatement(seed: Uint8Array, kind: string, object: unknown): Uint8Array {
  return ed25519Sign(seed, statementBytes(kind, object));
}

/** Whether an Ed25519 signature over a statement holds. */
export function verifyStatement(
  publicKey: Uint8Array,
  kind: string,
  object: unknown,
  signature: Uint8Array,
): boolean {
  return ed25519Verify(publicKey, statementBytes(kind, object), signature);
}
