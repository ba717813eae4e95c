import { ed25519Sign, ed25519Verify } from "./primitives";
import { statementBytes } from "./statement-bytes";

/** Ed25519 signature (RFC 8032) over a statement, 64 bytes. */
export function signStatement(seed: Uint8Array, kind: string, object: unknown): Uint8Array {
  return ed25519Sign(seed, statementBytes(kind, object));
}

/** Returns whether an Ed25519 signature over a statement is valid. */
export function verifyStatement(
  publicKey: Uint8Array,
  kind: string,
  object: unknown,
  signature: Uint8Array,
): boolean {
  return ed25519Verify(publicKey, statementBytes(kind, object), signature);
}
