import { concat, fromUtf8 } from "../bytes";
import { OpenError } from "../format-error";

const MINIMUM_LENGTH = 256;
const SPACE = 0x20;

/**
 * Padmé (PURBs, Nikitin et al. 2019, section 4): E = floor(log2 L), S = floor(log2 E) + 1, L rounded up
 * until its lowest E − S bits are zero. Lengths below 2 are their own padding.
 */
export function padmeLength(length: number): number {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** Math.max(0, exponent - kept);
  return Math.ceil(length / step) * step;
}

/** Returns the padded length of a text of this many bytes: Padmé(max(256, length)) (crypto.md "Plaintext"). */
export function paddedLength(length: number): number {
  return padmeLength(Math.max(MINIMUM_LENGTH, length));
}

/** JSON text bytes followed by spaces up to their padded length. */
export function padWithSpaces(text: Uint8Array): Uint8Array {
  return concat(text, new Uint8Array(paddedLength(text.length) - text.length).fill(SPACE));
}

/** Inverse of `padWithSpaces`. Throws OpenError for any length except the exact one. */
export function stripSpaces(padded: Uint8Array): string {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === SPACE) end -= 1;
  if (paddedLength(end) !== padded.length) throw new OpenError();
  return fromUtf8(padded.subarray(0, end));
}
