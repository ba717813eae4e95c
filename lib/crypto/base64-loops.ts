import { FormatError } from "./format-error";

// Base64 by loops: all of it in a browser, and short texts everywhere, because a call of the runtime's coder costs more.

interface Alphabet {
  readonly allowed: RegExp;
  /** Character of each value. */
  readonly encode: Uint8Array;
  /** Value of each character. Others are −1, which makes every word with one of them negative. */
  readonly decode: Int8Array;
}

function alphabetOf(characters: string, allowed: RegExp): Alphabet {
  const decode = new Int8Array(256).fill(-1);
  for (let index = 0; index < characters.length; index++) decode[characters.charCodeAt(index)] = index;
  return { allowed, encode: new TextEncoder().encode(characters), decode };
}

/** RFC 4648 section 4. */
export const STANDARD = alphabetOf(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  /^[A-Za-z0-9+/]*$/,
);
/** RFC 4648 section 5. */
export const URL_SAFE = alphabetOf(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
  /^[A-Za-z0-9_-]*$/,
);

export const URL_DECODE = URL_SAFE.decode;
const asciiDecoder = new TextDecoder("latin1");

/** Returns the text without padding. */
export function encodeBase64(bytes: Uint8Array, { encode: table }: Alphabet): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let to = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    const word = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    // Writes past the end of a typed array are ignored, as the last group needs.
    out[to++] = table[word >>> 18] ?? 0;
    out[to++] = table[(word >>> 12) & 63] ?? 0;
    out[to++] = table[(word >>> 6) & 63] ?? 0;
    out[to++] = table[word & 63] ?? 0;
  }
  return asciiDecoder.decode(out);
}

/** Throws FormatError for a text that is not canonical base64 without padding: its alphabet only, unused bits zero (section 3.5). */
export function checkBase64(text: string, { allowed, decode }: Alphabet): void {
  const rest = text.length % 4;
  if (rest === 1) throw new FormatError("format.base64", "base64 of an impossible length");
  if (!allowed.test(text)) {
    throw new FormatError("format.base64", "a character outside the base64 alphabet");
  }
  const unused = rest === 0 ? 0 : rest === 2 ? 15 : 3;
  if (((decode[text.charCodeAt(text.length - 1)] ?? 0) & unused) !== 0) {
    throw new FormatError("format.base64", "base64 with unused bits set");
  }
}

/** Decodes to the place in `out` that begins at `at`. Returns whether `checkBase64` accepts the text, in the same pass. */
export function decodeInto(out: Uint8Array, at: number, text: string, table: Int8Array): boolean {
  const left = text.length % 4;
  const whole = text.length - left;
  let to = at;
  let seen = 0;
  for (let from = 0; from < whole; from += 4) {
    const word = (pairAt(text, from, table) << 12) | pairAt(text, from + 2, table);
    seen |= word;
    out[to++] = word >>> 16;
    out[to++] = word >>> 8;
    out[to++] = word;
  }
  if (left === 0) return seen >= 0;
  if (left === 1) return false;
  const pair = pairAt(text, whole, table);
  out[to++] = pair >>> 4;
  if (left === 2) return seen >= 0 && pair >= 0 && (pair & 15) === 0;
  const last = table[text.charCodeAt(whole + 2)] ?? -1;
  out[to] = (pair << 4) | (last >>> 2);
  return (seen | pair | last) >= 0 && (last & 3) === 0;
}

/** The 12 bits of two characters. */
function pairAt(text: string, at: number, table: Int8Array): number {
  return ((table[text.charCodeAt(at)] ?? -1) << 6) | (table[text.charCodeAt(at + 1)] ?? -1);
}
