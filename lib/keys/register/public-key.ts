import { fromBase64, fromBase64url } from "@/lib/crypto/bytes";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import { DomainError } from "@/lib/errors";

function decode(text: string): Uint8Array {
  try {
    return /[+/=]/.test(text) ? fromBase64(text) : fromBase64url(text);
  } catch {
    throw new DomainError("key.invalid", { detail: "The public key is neither base64url nor base64." });
  }
}

/**
 * Returns the bytes of a public key from the wire: base64url or base64 of 32 bytes, canonical and not of low order.
 */
export function parsePublicKey(text: string): Uint8Array {
  const bytes = decode(text);
  try {
    checkX25519PublicKey(bytes);
  } catch (error) {
    throw new DomainError("key.invalid", {
      detail:
        error instanceof Error
          ? `The public key was refused: ${error.message}.`
          : "The public key was refused.",
      errors: [{ pointer: "/public_key", detail: "is not an acceptable X25519 public key" }],
    });
  }
  return bytes;
}
