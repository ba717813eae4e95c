import { toHex } from "./bytes";
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
  if (bytes.length !== 32)
    throw new FormatError("format.key", "the X25519 public key does not have 32 bytes");
  if (!isCanonical(bytes)) throw new FormatError("format.key", "the public key is not canonical");
  if (LOW_ORDER_FIRST_BYTES.has(bytes[0] ?? 0) && LOW_ORDER.has(toHex(bytes)))
    throw new FormatError("format.key", "the public key is of low order");
}

/** The constant A of Curve25519: v^2 = u^3 + A u^2 + u (RFC 7748 section 4.1). */
const A = 486_662n;
const FIELD_BITS = (1n << 255n) - 1n;

/** Returns how many zero bits a positive number ends with. */
function trailingZeros(value: bigint): number {
  let zeros = 0;
  let rest = value;
  while ((rest & 0xffff_ffffn) === 0n) {
    rest >>= 32n;
    zeros += 32;
  }
  const low = Number(rest & 0xffff_ffffn);
  return zeros + 31 - Math.clz32(low & -low);
}

/**
 * Returns the Jacobi symbol (value / modulus) of an odd modulus by Euclid's steps: −1 shows that a value is not a square
 * modulo a prime. It takes longer for some values than for others, so only for public ones.
 */
function jacobi(value: bigint, modulus: bigint): -1 | 0 | 1 {
  let [top, bottom] = [value % modulus, modulus];
  let isNegative = false;
  while (top !== 0n) {
    const zeros = trailingZeros(top);
    top >>= BigInt(zeros);
    const rest = Number(bottom & 7n);
    if (zeros % 2 === 1 && (rest === 3 || rest === 5)) isNegative = !isNegative;
    if (rest % 4 === 3 && Number(top & 3n) === 3) isNegative = !isNegative;
    [top, bottom] = [bottom % top, top];
  }
  if (bottom !== 1n) return 0;
  return isNegative ? -1 : 1;
}

/**
 * Returns whether a u-coordinate is on the twist of Curve25519: u^3 + A u^2 + u is not a square (RFC 7748 section 4.1). Bit
 * 255 is ignored.
 */
export function isOnTwist(bytes: Uint8Array): boolean {
  const u = BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`) & FIELD_BITS;
  return jacobi(u * (u * (u + A) + 1n), PRIME) === -1;
}
