/** Values of the 64 digits by character code, 255 for every other; the last two digits differ between the alphabets. */
function digitTable(last: string): Uint8Array {
  const digits = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`;
  const table = new Uint8Array(256).fill(255);
  for (let at = 0; at < digits.length; at += 1) table[digits.charCodeAt(at)] = at;
  return table;
}

const STANDARD = digitTable("+/");
const URL_SAFE = digitTable("-_");

/** Characters of a 32-byte digest in base64 without padding (RFC 4648). */
export const DIGEST_CHARACTERS = 43;
const DIGEST_BYTES = 32;

function decode(table: Uint8Array, text: Uint8Array, at: number, out: Uint8Array, to: number): boolean {
  let bits = 0;
  let held = 0;
  let next = to;
  for (let offset = 0; offset < DIGEST_CHARACTERS; offset += 1) {
    const digit = table[text[at + offset] ?? 0] ?? 255;
    if (digit === 255) return false;
    bits = ((bits << 6) | digit) & 0x3fff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[next] = (bits >>> held) & 255;
    next += 1;
  }
  // 43 digits are 258 bits. The two additional bits must be zero (RFC 4648 section 3.5).
  return next === to + DIGEST_BYTES && (bits & 3) === 0;
}

/**
 * Decodes one leaf line's 44 characters of standard base64 into 32 bytes at `to`. Returns false for any other spelling or
 * length. Equal to `fromBase64` of 32 bytes, without a text or an array for each of a million lines.
 */
export function decodeLeaf(text: Uint8Array, at: number, out: Uint8Array, to: number): boolean {
  return text[at + DIGEST_CHARACTERS] === 0x3d && decode(STANDARD, text, at, out, to);
}

const scratch = new Uint8Array(DIGEST_CHARACTERS);

/** Returns whether a text is exactly the base64url of a digest of 32 bytes. */
export function isDigestText(text: string, digest: Uint8Array): boolean {
  if (text.length !== DIGEST_CHARACTERS || digest.length !== DIGEST_BYTES) return false;
  for (let at = 0; at < DIGEST_CHARACTERS; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 255) return false;
    scratch[at] = code;
  }
  const out = new Uint8Array(DIGEST_BYTES);
  if (!decode(URL_SAFE, scratch, 0, out, 0)) return false;
  for (let at = 0; at < DIGEST_BYTES; at += 1) if (out[at] !== digest[at]) return false;
  return true;
}
