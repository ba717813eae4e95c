import { checkBase64, decodeInto, encodeBase64, STANDARD, URL_DECODE, URL_SAFE } from "./base64-loops";
import { FormatError } from "./format-error";

const HEX = /^(?:[0-9a-f]{2})*$/;

// Node's own coder where it exists; a browser uses loops. Only `checkBase64` makes decoding strict, because
// Node's decoder accepts other spellings. Short texts are decoded faster without the call.
const NATIVE = "Buffer" in globalThis ? globalThis.Buffer : undefined;
const LONG_TEXT = 256;
const LAST_ASCII = 0x7f;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * V8 keeps arrays of up to 64 bytes in its own heap. Longer ones, and all that `encode` returns, need memory of the system's
 * allocator, which Node's Buffer shares among several.
 */
const HEAP_BYTES = 64;
const shortText = new Uint8Array(3 * HEAP_BYTES);

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

/** Decodes a text that `checkBase64` has accepted. */
function decodeBase64(text: string, alphabet: typeof URL_SAFE): Uint8Array {
  const length = Math.floor((text.length * 3) / 4);
  if (NATIVE !== undefined && length > HEAP_BYTES) return view(NATIVE.from(text, "base64url"));
  const out = new Uint8Array(length);
  decodeInto(out, 0, text, alphabet.decode);
  return out;
}

/** Returns whether a text is what `toBase64url` returns for some bytes, without decoding it. */
export function isBase64url(text: string): boolean {
  // For a long text, coding it again takes half the time of the alphabet's check.
  if (NATIVE !== undefined && text.length > LONG_TEXT) {
    return NATIVE.from(text, "base64url").toString("base64url") === text;
  }
  try {
    checkBase64(text, URL_SAFE);
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
  const copy = NATIVE.from(bytes);
  const text = copy.toString(encoding);
  copy.fill(0);
  return text;
}

/** Unpadded base64url (RFC 4648 section 5), the encoding of all our digests, keys, nonces and signatures. */
export function toBase64url(bytes: Uint8Array): string {
  return nativeText(bytes, "base64url") ?? encodeBase64(bytes, URL_SAFE);
}

/** Returns `toBase64url` of a text's UTF-8 bytes. */
export function textToBase64url(text: string): string {
  return NATIVE === undefined ? toBase64url(utf8(text)) : NATIVE.from(text, "utf8").toString("base64url");
}

/** Returns whether a text is `textToBase64url` of an ASCII text of up to 192 characters, without coding it. */
export function encodesAscii(encoded: string, ascii: string): boolean {
  const { length } = ascii;
  if (length > shortText.length || encoded.length !== Math.ceil((length * 4) / 3)) return false;
  if (!decodeInto(shortText, 0, encoded, URL_DECODE)) return false;
  for (let index = 0; index < length; index++) {
    const code = ascii.charCodeAt(index);
    if (code > LAST_ASCII || shortText[index] !== code) return false;
  }
  return true;
}

/** Strict inverse of `toBase64url`: no padding, no white space, unused bits zero (RFC 4648 section 3.5). */
export function fromBase64url(text: string): Uint8Array {
  checkBase64(text, URL_SAFE);
  return decodeBase64(text, URL_SAFE);
}

/** `fromBase64url` of a text that `isBase64url` has accepted before. */
export function fromCheckedBase64url(text: string): Uint8Array {
  return decodeBase64(text, URL_SAFE);
}

/** `fromBase64url` of a short text, written to the place in `out` that begins at `at`: many short arrays cost more than one. */
export function putBase64url(out: Uint8Array, at: number, text: string): void {
  if (!decodeInto(out, at, text, URL_DECODE)) throw new FormatError("format.base64", "not canonical base64");
}

/** Standard padded base64 (RFC 4648 section 4), as signed notes use it. */
export function toBase64(bytes: Uint8Array): string {
  const quick = nativeText(bytes, "base64");
  if (quick !== undefined) return quick;
  const body = encodeBase64(bytes, STANDARD);
  return body.padEnd(Math.ceil(body.length / 4) * 4, "=");
}

/** Strict inverse of `toBase64`: padding required, unused bits zero (RFC 4648 section 3.5). */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new FormatError("format.base64", "base64 without its padding");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const body = text.slice(0, text.length - padding);
  checkBase64(body, STANDARD);
  return decodeBase64(body, STANDARD);
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
