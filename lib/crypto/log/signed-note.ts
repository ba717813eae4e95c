import { concat, equalConstantTime, fromBase64, fromUtf8, toBase64, toHex, utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from "../primitives";
import {
  COSIGNATURE,
  checkName,
  checkText,
  cosignedBytes,
  ED25519,
  keyIdOf,
  lineOf,
  parseLine,
  type SignatureLine,
  uint64,
  vkeyOf,
} from "./note-format";

const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/** A verifier key (C2SP signed-note "Verifier keys"). */
export interface NoteKey {
  readonly name: string;
  readonly keyId: Uint8Array;
  /** 0x01 is Ed25519, 0x04 is the timestamped Ed25519 cosignature. */
  readonly type: 1 | 4;
  readonly publicKey: Uint8Array;
}

/** A signature that was verified; `timestamp` (Unix seconds) only for cosignatures. */
export interface VerifiedSignature {
  readonly name: string;
  readonly vkey: string;
  readonly timestamp?: number;
}

/** Verifier key of a log or receipt key, type 0x01 (C2SP signed-note). */
export function vkey(name: string, publicKey: Uint8Array): string {
  return vkeyOf(name, ED25519, publicKey);
}

/** Verifier key of a witness, type 0x04 (C2SP tlog-cosignature). */
export function cosignerVkey(name: string, publicKey: Uint8Array): string {
  return vkeyOf(name, COSIGNATURE, publicKey);
}

/** Parses a verifier key strictly: known type, 32 bytes, and the right key id. */
export function parseVkey(text: string): NoteKey {
  const match = VKEY.exec(text);
  const name = match?.[1] ?? "";
  const bytes = fromBase64(match?.[3] ?? "");
  const type = bytes[0] === ED25519 ? 1 : bytes[0] === COSIGNATURE ? 4 : undefined;
  if (type === undefined || bytes.length !== 33) throw new FormatError("format.note", "not a verifier key");
  const publicKey = bytes.slice(1);
  if (vkeyOf(name, type, publicKey) !== text) throw new FormatError("format.note", "not a verifier key");
  return { name, keyId: keyIdOf(name, type, publicKey), type, publicKey };
}

/** The line `— <name> <base64(key id ‖ signature)>`, without newline, over a note's text. */
export function noteSignatureLine(name: string, seed: Uint8Array, text: string): string {
  checkName(name);
  checkText(text);
  return lineOf(name, keyIdOf(name, ED25519, ed25519PublicKey(seed)), ed25519Sign(seed, utf8(text)));
}

/** A whole signed note: text, empty line, one line for each signer. */
export function signNote(
  text: string,
  signers: readonly { readonly name: string; readonly seed: Uint8Array }[],
): string {
  const lines = signers.map((signer) => `${noteSignatureLine(signer.name, signer.seed, text)}\n`);
  return `${text}\n${lines.join("")}`;
}

/** A witness's line over a checkpoint's text (C2SP tlog-cosignature): 8-byte time, then the signature. */
export function cosignatureLine(
  name: string,
  seed: Uint8Array,
  checkpointNoteText: string,
  timestampSeconds: number,
): string {
  checkName(name);
  checkText(checkpointNoteText);
  if (!Number.isSafeInteger(timestampSeconds) || timestampSeconds < 0) {
    throw new FormatError("format.note", "a malformed time");
  }
  const signature = ed25519Sign(seed, cosignedBytes(checkpointNoteText, timestampSeconds));
  const keyId = keyIdOf(name, COSIGNATURE, ed25519PublicKey(seed));
  return lineOf(name, keyId, concat(uint64(timestampSeconds), signature));
}

/** A verifier key without its bytes: name and key id. */
function shortName({ name, keyId }: NoteKey): string {
  return `${name}+${toHex(keyId)}`;
}

function isOf(key: NoteKey, parsed: SignatureLine): boolean {
  return key.name === parsed.name && equalConstantTime(key.keyId, parsed.keyId);
}

/** Returns whether a signature is valid: `false`, `true`, or the time of a valid cosignature. */
function judge(key: NoteKey, text: string, signature: Uint8Array): boolean | number {
  if (key.type === ED25519) return ed25519Verify(key.publicKey, utf8(text), signature);
  if (signature.length !== 72) return false;
  const view = new DataView(signature.buffer, signature.byteOffset, 8);
  const timestamp = Number(view.getBigUint64(0));
  if (!Number.isSafeInteger(timestamp)) return false;
  return ed25519Verify(key.publicKey, cosignedBytes(text, timestamp), signature.subarray(8)) && timestamp;
}

/** Outcome of checking one cosignature line. */
export type CosignatureVerdict = { readonly ok: true; readonly timestamp: number } | { readonly ok: false };

/** Verifies one cosignature line over a checkpoint's text. Malformed lines and other keys are not ok. */
export function verifyCosignature(
  cosigner: string,
  line: string,
  checkpointNoteText: string,
): CosignatureVerdict {
  const key = parseVkey(cosigner);
  try {
    const parsed = parseLine(line);
    const verdict =
      key.type === COSIGNATURE && isOf(key, parsed) && judge(key, checkpointNoteText, parsed.signature);
    return typeof verdict === "number" ? { ok: true, timestamp: verdict } : { ok: false };
  } catch (error) {
    if (error instanceof FormatError) return { ok: false };
    throw error;
  }
}

/** Splits a note at its last empty line, after checking sizes, characters and the form of every line. */
export function splitNote(note: string): { text: string; lines: string[] } {
  if (note.length > MAX_NOTE_BYTES || utf8(note).length > MAX_NOTE_BYTES) {
    throw new FormatError("format.note", "the note is too long");
  }
  checkText(note);
  const at = note.lastIndexOf("\n\n");
  const text = note.slice(0, at + 1);
  const lines = note.slice(at + 2, -1).split("\n");
  if (at < 0 || note.endsWith("\n\n")) throw new FormatError("format.note", "the note has no signatures");
  if (lines.length > MAX_SIGNATURES) throw new FormatError("format.note", "the note has too many signatures");
  return { text, lines };
}

/**
 * Opens a signed note (C2SP signed-note). Lines of unknown keys are ignored and returned. One invalid line of a known key
 * rejects the whole note. The caller decides whether enough of the keys signed.
 */
export function openNote(
  note: string | Uint8Array,
  vkeys: readonly string[],
): { text: string; verified: VerifiedSignature[]; ignored: string[] } {
  const { text, lines } = splitNote(typeof note === "string" ? note : fromUtf8(note));
  const keys = vkeys.map((known) => ({ known, key: parseVkey(known) }));
  const verified: VerifiedSignature[] = [];
  const ignored: string[] = [];
  // A repeated line adds nothing and is not verified again.
  for (const parsed of [...new Set(lines)].map(parseLine)) {
    const match = keys.find(({ key }) => isOf(key, parsed));
    if (match === undefined) {
      ignored.push(parsed.line);
      continue;
    }
    const verdict = judge(match.key, text, parsed.signature);
    if (verdict === false)
      throw new FormatError("format.note", `a known key's signature is not valid: ${shortName(match.key)}`);
    const signed = { name: parsed.name, vkey: match.known };
    if (verified.some((other) => other.vkey === match.known)) continue;
    verified.push(verdict === true ? signed : { ...signed, timestamp: verdict });
  }
  return { text, verified, ignored };
}

/** Body of a checkpoint (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly rootHash: Uint8Array;
}

function checkOrigin(origin: string): void {
  if (origin === "" || origin.includes("\n")) throw new FormatError("format.note", "a malformed origin");
}

/** Returns the note text of a checkpoint: origin, decimal size, base64 root, each with its newline (C2SP tlog-checkpoint). */
export function checkpointText({ origin, size, rootHash }: Checkpoint): string {
  checkOrigin(origin);
  if (!Number.isSafeInteger(size) || size < 0) throw new FormatError("format.note", "a malformed size");
  if (rootHash.length !== 32) throw new FormatError("format.note", "the root hash does not have 32 bytes");
  return `${origin}\n${size}\n${toBase64(rootHash)}\n`;
}

/** Parses a checkpoint's text strictly. Extension lines are kept, but an empty one is refused. */
export function parseCheckpoint(text: string): Checkpoint & { readonly extensions: string[] } {
  checkText(text);
  const [origin = "", sizeText = "", root = "", ...extensions] = text.slice(0, -1).split("\n");
  const size = DECIMAL.test(sizeText) ? Number(sizeText) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new FormatError("format.note", "a malformed size");
  const rootHash = fromBase64(root);
  checkOrigin(origin);
  if (rootHash.length !== 32) throw new FormatError("format.note", "the root hash does not have 32 bytes");
  if (extensions.includes("")) throw new FormatError("format.note", "an empty extension line");
  return { origin, size, rootHash, extensions };
}
