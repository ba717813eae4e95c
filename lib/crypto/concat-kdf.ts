import { concat, utf8 } from "./bytes";
import { sha256 } from "./primitives";

/** A 32-bit big-endian integer. */
function uint32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function withLength(bytes: Uint8Array): Uint8Array {
  return concat(uint32(bytes.length), bytes);
}

const ONE = uint32(1);

/**
 * Concat KDF of RFC 7518 section 4.6.2 (NIST SP 800-56A) with SHA-256, for keys of up to 256 bits, which
 * are one round. `apu` and `apv` are the decoded bytes; SuppPrivInfo is empty.
 */
export function concatKdf(input: {
  readonly secret: Uint8Array;
  readonly algorithmId: string;
  readonly apu: Uint8Array;
  readonly apv: Uint8Array;
  readonly keyBits: 128 | 256;
}): Uint8Array {
  const hashed = concat(
    ONE,
    input.secret,
    withLength(utf8(input.algorithmId)),
    withLength(input.apu),
    withLength(input.apv),
    uint32(input.keyBits),
  );
  const key = sha256(hashed).slice(0, input.keyBits / 8);
  hashed.fill(0);
  return key;
}
