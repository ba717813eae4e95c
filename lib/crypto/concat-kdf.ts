import { utf8 } from "./bytes";
import { sha256 } from "./primitives";

const UINT32_BYTES = 4;

/** Writes a 32-bit big-endian integer and returns where the next part begins. */
function putUint32(out: Uint8Array, at: number, value: number): number {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + UINT32_BYTES;
}

function putWithLength(out: Uint8Array, at: number, bytes: Uint8Array): number {
  const from = putUint32(out, at, bytes.length);
  out.set(bytes, from);
  return from + bytes.length;
}

/** What is hashed, if it is short. It costs less than a fresh array, and is wiped after each use. */
const scratch = new Uint8Array(512);

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
  const { secret, apu, apv, keyBits } = input;
  const algorithm = utf8(input.algorithmId);
  const length = 5 * UINT32_BYTES + secret.length + algorithm.length + apu.length + apv.length;
  const hashed = length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length);
  let at = putUint32(hashed, 0, 1);
  hashed.set(secret, at);
  at += secret.length;
  for (const part of [algorithm, apu, apv]) at = putWithLength(hashed, at, part);
  putUint32(hashed, at, keyBits);
  const digest = sha256(hashed);
  hashed.fill(0);
  return digest.subarray(0, keyBits / 8);
}
