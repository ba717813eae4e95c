import { ed25519 } from "@noble/curves/ed25519.js";
import { FormatError } from "./format-error";

/**
 * Throws FormatError unless the bytes are an Ed25519 public key: 32 bytes, the canonical encoding of a point of the curve
 * (RFC 8032 section 5.1.3), and not of low order. Under keys of low order, signatures can be valid without a private key.
 */
export function checkEd25519PublicKey(bytes: Uint8Array): void {
  if (bytes.length !== 32)
    throw new FormatError("format.key", "the Ed25519 public key does not have 32 bytes");
  if (isOfLowOrder(bytes)) throw new FormatError("format.key", "the public key is of low order");
}

function isOfLowOrder(bytes: Uint8Array): boolean {
  try {
    return ed25519.Point.fromBytes(bytes, false).isSmallOrder();
  } catch {
    throw new FormatError("format.key", "the public key is not a point of the curve");
  }
}
