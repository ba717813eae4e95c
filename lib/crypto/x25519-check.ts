import { ed25519 } from "@noble/curves/ed25519.js";
import { fromHex, toHex } from "./bytes";
import { FormatError } from "./format-error";

const PRIME = 2n ** 255n - 19n;

/** The canonical u-coordinates of order 1, 2, 4 and 8 on the curve and on its twist (RFC 7748 section 6.1). */
const LOW_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** First bytes of these values, so that nearly all keys need no lookup in the set. */
const LOW_ORDER_FIRST_BYTES = new Set([0x00, 0x01, 0xe0, 0x5f, 0xec]);

/** Whether a little-endian value has its top bit clear and is below p = 2^255 − 19. */
function isCanonical(bytes: Uint8Array): boolean {
  const top = bytes[31] ?? 255;
  if (top !== 127) return top < 127;
  for (let index = 30; index >= 1; index--) if (bytes[index] !== 255) return true;
  return (bytes[0] ?? 255) < 0xed;
}

/**
 * Throws FormatError unless the bytes are an X25519 public key in its only canonical encoding (32 bytes, top bit clear, u
 * < p) and not of low order, where the shared secret would be zero (RFC 7748 sections 5, 6.1).
 */
export function checkX25519PublicKey(bytes: Uint8Array): void {
  if (bytes.length !== 32) throw new FormatError("format.key", "an X25519 public key has 32 bytes");
  if (!isCanonical(bytes)) throw new FormatError("format.key", "the public key is not canonical");
  if (LOW_ORDER_FIRST_BYTES.has(bytes[0] ?? 0) && LOW_ORDER.has(toHex(bytes)))
    throw new FormatError("format.key", "the public key is of low order");
}

/**
 * Returns whether a u-coordinate is on the twist of Curve25519: no Edwards point has y = (u − 1)/(u + 1) (RFC 7748
 * section 4.1). u = −1 has no such y and belongs to the twist. Bit 255 is ignored.
 */
export function isOnTwist(bytes: Uint8Array): boolean {
  const reversed = Uint8Array.from(bytes).reverse();
  const u = BigInt(`0x${toHex(reversed)}`) & (2n ** 255n - 1n);
  const field = ed25519.Point.Fp;
  const denominator = field.create(u + 1n);
  if (denominator === 0n) return true;
  const y = field.mul(field.create(u - 1n + PRIME), field.inv(denominator));
  const encoded = fromHex(y.toString(16).padStart(64, "0")).reverse();
  try {
    ed25519.Point.fromBytes(encoded);
    return false;
  } catch {
    return true;
  }
}
