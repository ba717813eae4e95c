import { FormatError } from "./format-error";

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX = /^(?:[0-9a-f]{2})*$/;
const STANDARD_TEXT = /^[A-Za-z0-9+/]*$/;
const URL_TEXT = /^[A-Za-z0-9_-]*$/;

// Node's own coder where it exists; a browser uses the loops below. Only `checkBase64` makes decoding strict, because
// Node's decoder accepts other spellings. Short texts are decoded faster without the call.
const NATIVE = "Buffer" in globalThis ? globalThis.Buffer : undefined;
const LONG_TEXT = 256;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const asciiDecoder = new TextDecoder("latin1");

function encodeTable(alphabet: string): Uint8Array {
  return encoder.encode(alphabet);
}

/** Other characters are −1, which makes every word with one of them negative. */
function decodeTable(alphabet: string): Int8Array {
  const table = new Int8Array(256).fill(-1);
  for (let index = 0; index < alphabet.length; index++) table[alphabet.charCodeAt(index)] = index;
  return table;
}

const STANDARD_ENCODE = encodeTable(STANDARD);
const STANDARD_DECODE = decodeTable(STANDARD);
const URL_ENCODE = encodeTable(URL_SAFE);
const URL_DECODE = decodeTable(URL_SAFE);

/**
 * V8 keeps arrays of up to 64 bytes in its own heap. Longer ones, and all that `encode` returns, need memory of the system's
 * allocator, which Node's Buffer shares among several.
 */
const HEAP_BYTES = 64;
const shortText = new Uint8Array(3 * HEAP_BYTES);
const shortBytes = (NATIVE ?? Uint8Array).from(new Uint8Array(HEAP_BYTES));

/** The same bytes without Buffer's own methods: its `slice` and `toString` differ from those of an array. */
function view({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Returns the UTF-8 bytes of a text. A lone surrogate would become U+FFFD, so callers refuse such texts first. */
export function utf8(text: string): Uint8Array {
  if (text.length > HEAP_BYTES) return NATIVE === undefined ? encoder.encode(text) : view(NATIVE.from(text));
  // A third of the time of `encode`. The text may be a secret, so the copy is wiped.
  const { written } = encoder.encodeInto(text, shortText);
  const bytes = shortText.slice(0, written);
  shortText.fill(0, 0, written);
  return bytes;
}

/** Returns the text of UTF-8 bytes. Invalid UTF-8 is refused, and a byte order mark is kept as a character (RFC 3629). */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new FormatError("format.text", "not UTF-8");
  }
}

/** Returns any number of parts, one after another, in a fresh array. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Returns the parts, one after another, in a fresh array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts);
}

/** Returns whether two byte strings are equal, in time that depends on their lengths only. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}

/** Compares bytewise for `sort`. A prefix comes before the longer array. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function encodeBase64(bytes: Uint8Array, table: Uint8Array): string {
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

/** Throws for a text that is not canonical base64. */
function checkBase64(text: string, alphabet: RegExp, table: Int8Array): void {
  const rest = text.length % 4;
  if (rest === 1) throw new FormatError("format.base64", "base64 of an impossible length");
  if (!alphabet.test(text)) {
    throw new FormatError("format.base64", "a character outside the base64 alphabet");
  }
  const unused = rest === 0 ? 0 : rest === 2 ? 15 : 3;
  if (((table[text.charCodeAt(text.length - 1)] ?? 0) & unused) !== 0) {
    throw new FormatError("format.base64", "base64 with unused bits set");
  }
}

/** Decodes a text that `checkBase64` has accepted. */
function decodeBase64(text: string, table: Int8Array): Uint8Array {
  const length = Math.floor((text.length * 3) / 4);
  if (NATIVE !== undefined && length > HEAP_BYTES) return view(NATIVE.from(text, "base64url"));
  const out = new Uint8Array(length);
  decodeInto(out, 0, text, table);
  return out;
}

/** Decodes to the place in `out` that begins at `at`. Returns whether the text is canonical base64, in the same pass. */
function decodeInto(out: Uint8Array, at: number, text: string, table: Int8Array): boolean {
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

/** Returns whether a text is what `toBase64url` returns for some bytes, without decoding it. */
export function isBase64url(text: string): boolean {
  // For a long text, coding it again takes half the time of the alphabet's check.
  if (NATIVE !== undefined && text.length > LONG_TEXT) {
    return NATIVE.from(text, "base64url").toString("base64url") === text;
  }
  try {
    checkBase64(text, URL_TEXT, URL_DECODE);
    return true;
  } catch {
    return false;
  }
}

/**
 * Node's own text of bytes. A short array is copied, because its `buffer` would move it out of V8's heap, which takes longer.
 * It may be a key, so the copy is wiped.
 */
function nativeText(bytes: Uint8Array, encoding: "base64" | "base64url"): string | undefined {
  if (NATIVE === undefined) return undefined;
  if (bytes.length > HEAP_BYTES)
    return NATIVE.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
  shortBytes.set(bytes);
  const text = shortBytes.toString(encoding, 0, bytes.length);
  shortBytes.fill(0, 0, bytes.length);
  return text;
}

/** Unpadded base64url (RFC 4648 section 5), the encoding of all our digests, keys, nonces and signatures. */
export function toBase64url(bytes: Uint8Array): string {
  return nativeText(bytes, "base64url") ?? encodeBase64(bytes, URL_ENCODE);
}

/** Returns `toBase64url` of a text's UTF-8 bytes. */
export function textToBase64url(text: string): string {
  return NATIVE === undefined ? toBase64url(utf8(text)) : NATIVE.from(text, "utf8").toString("base64url");
}

/** Returns whether a text that `isBase64url` has accepted is `textToBase64url` of an ASCII text. It makes neither text nor array. */
export function encodesAscii(encoded: string, ascii: string): boolean {
  const { length } = ascii;
  if (length > shortText.length || encoded.length !== Math.ceil((length * 4) / 3)) return false;
  decodeInto(shortText, 0, encoded, URL_DECODE);
  for (let index = 0; index < length; index++)
    if (shortText[index] !== ascii.charCodeAt(index)) return false;
  return true;
}

/** Strict inverse of `toBase64url`: no padding, no white space, unused bits zero (RFC 4648 section 3.5). */
export function fromBase64url(text: string): Uint8Array {
  checkBase64(text, URL_TEXT, URL_DECODE);
  return decodeBase64(text, URL_DECODE);
}

/** `fromBase64url` of a text that `isBase64url` has accepted before. */
export function fromCheckedBase64url(text: string): Uint8Array {
  return decodeBase64(text, URL_DECODE);
}

/** `fromBase64url` of a short text, written to the place in `out` that begins at `at`: many short arrays cost more than one. */
export function putBase64url(out: Uint8Array, at: number, text: string): void {
  if (!decodeInto(out, at, text, URL_DECODE)) checkBase64(text, URL_TEXT, URL_DECODE);
}

/** Standard padded base64 (RFC 4648 section 4), as signed notes use it. */
export function toBase64(bytes: Uint8Array): string {
  const quick = nativeText(bytes, "base64");
  if (quick !== undefined) return quick;
  const body = encodeBase64(bytes, STANDARD_ENCODE);
  return body.padEnd(Math.ceil(body.length / 4) * 4, "=");
}

/** Strict inverse of `toBase64`: padding required, unused bits zero (RFC 4648 section 3.5). */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new FormatError("format.base64", "base64 without its padding");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const body = text.slice(0, text.length - padding);
  checkBase64(body, STANDARD_TEXT, STANDARD_DECODE);
  return decodeBase64(body, STANDARD_DECODE);
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += HEX_OF_BYTE[byte];
  return out;
}

/** Strict inverse of `toHex`: lower case, an even number of digits. */
export function fromHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new FormatError("format.hex", "not lower-case hexadecimal");
  const out = new Uint8Array(text.length / 2);
  for (let index = 0; index < out.length; index++) {
    out[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return out;
}
