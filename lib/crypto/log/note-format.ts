import { concat, fromBase64, toBase64, toHex, utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { sha256 } from "../primitives";

/** Signature type of plain Ed25519 (C2SP signed-note). */
export const ED25519 = 0x01;
/** Signature type of the timestamped Ed25519 cosignature (C2SP tlog-cosignature). */
export const COSIGNATURE = 0x04;

const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/;
const BAD_NAME = /[\p{White_Space}\p{Cc}+]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

function isNoteText(text: string): boolean {
  if (!text.endsWith("\n") || LONE_SURROGATE.test(text)) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 && code !== 0x0a) return false;
  }
  return true;
}

/** Refuses a key name that is empty or contains white space, controls or a plus (C2SP signed-note). */
export function checkName(name: string): void {
  if (name === "" || BAD_NAME.test(name) || LONE_SURROGATE.test(name)) {
    throw new FormatError("format.note", "a malformed key name");
  }
}

/** Refuses a note's text that does not end in a newline or contains control characters (C2SP signed-note). */
export function checkText(text: string): void {
  if (!isNoteText(text))
    throw new FormatError(
      "format.note",
      "a note's text must end in a newline and hold no control characters",
    );
}

/** Key id: the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key) (C2SP signed-note). */
export function keyIdOf(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).slice(0, KEY_ID_BYTES);
}

/** Verifier key `<name>+<key id in hex>+<base64(type ‖ public key)>` (C2SP signed-note). */
export function vkeyOf(name: string, type: number, publicKey: Uint8Array): string {
  checkName(name);
  const encoded = toBase64(concat(Uint8Array.of(type), publicKey));
  return `${name}+${toHex(keyIdOf(name, type, publicKey))}+${encoded}`;
}

/** Signature line without its newline. */
export function lineOf(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `\u2014 ${name} ${toBase64(concat(keyId, signature))}`;
}

/** Eight bytes, big-endian. */
export function uint64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** What a witness signs over a checkpoint text (C2SP tlog-cosignature). */
export function cosignedBytes(text: string, timestamp: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

/** A parsed signature line. */
export interface SignatureLine {
  readonly line: string;
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** Parses one signature line strictly. */
export function parseLine(line: string): SignatureLine {
  const match = SIGNATURE_LINE.exec(line);
  const name = match?.[1] ?? "";
  checkName(name);
  const bytes = fromBase64(match?.[2] ?? "");
  if (bytes.length <= KEY_ID_BYTES) throw new FormatError("format.note", "a malformed signature line");
  return { line, name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}
