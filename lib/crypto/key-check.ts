import { utf8 } from "./bytes";
import { hmacSha256 } from "./primitives";

const LABEL = utf8("sealport/kek-check/1");

/**
 * Returns the check value of a key-encryption key: HMAC-SHA-256(KEK, `sealport/kek-check/1`). It is stored with secret
 * shares, because too few or tampered shares give a wrong key without an error.
 */
export function kekCheck(kek: Uint8Array): Uint8Array {
  return hmacSha256(kek, LABEL);
}
