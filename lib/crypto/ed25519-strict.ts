import { toHex } from "./bytes";

/** The canonical y-coordinates of order 1, 2, 4 and 8 on edwards25519, little-endian and without the sign of x. */
const LOW_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
]);
const LOW_ORDER_FIRST_BYTES: ReadonlySet<number> = new Set([0x00, 0x01, 0xec, 0xc7, 0x26]);

/** Whether the y-coordinate is below p = 2^255 − 19. */
function isCanonical(bytes: Uint8Array): boolean {
  if (((bytes[31] ?? 0) & 0x7f) !== 0x7f) return true;
  for (let index = 30; index >= 1; index--) if (bytes[index] !== 255) return true;
  return (bytes[0] ?? 255) < 0xed;
}

/**
 * Returns whether 32 bytes may be an Ed25519 public key: a canonical y (RFC 8032 section 5.1.3), and not of low order,
 * where OpenSSL accepts signatures without a private key. It compares bytes without arithmetic. The verification itself
 * checks that the point is on the curve.
 */
export function isStrictEd25519Key(bytes: Uint8Array): boolean {
  if (!isCanonical(bytes)) return false;
  if (!LOW_ORDER_FIRST_BYTES.has(bytes[0] ?? 0)) return true;
  const y = Uint8Array.from(bytes, (byte, index) => (index === 31 ? byte & 0x7f : byte));
  return !LOW_ORDER.has(toHex(y));
}
