import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from "../bytes";
import { FormatError, OpenError } from "../format-error";
import { canonicalBytes, canonicalJson, type Json, parseCanonicalJson } from "../json/canonical-json";
import { aesGcmOpen, aesGcmSeal, hkdfSha256, randomBytes, sha256, sha256Text } from "../primitives";
import { isUuid } from "../uuid";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const INFO = utf8("sealport/audit/1");
const PROOF_PREFIX = Uint8Array.of(0x6f);
const MARK_PREFIX = Uint8Array.of(0x6d);

/**
 * Maximum stored bytes of a part. Four parts with their entry fit in a line of a bundle
 * (lib/audit/bundle-verifier/container/lines.ts).
 */
export const MAX_PART_BYTES = 640 << 10;

/** Place of a sealed part: log origin, entry id and its label `c` in that entry. */
export interface PartPlace {
  readonly log: string;
  readonly entryId: string;
  readonly c: string;
}

/**
 * A shared array for the short public inputs, which are used at once. A long log has many of them, and a fresh array for
 * OpenSSL is expensive.
 */
const scratch = new Uint8Array(1024);
const encoder = new TextEncoder();

/** Returns the UTF-8 bytes of a text, valid until the next call. */
function brieflyUtf8(text: string): Uint8Array {
  const { read, written } = encoder.encodeInto(text, scratch);
  return read === text.length ? scratch.subarray(0, written) : utf8(text);
}

/** Key of one entry's part: HKDF-SHA-256 (RFC 5869) with the entry id's 36 ASCII characters as salt. */
export function partKey(compartmentKey: Uint8Array, entryId: string): Uint8Array {
  if (!isUuid(entryId)) throw new FormatError("format.record", "the entry id is not a UUID");
  return hkdfSha256(compartmentKey, brieflyUtf8(entryId), INFO, 32);
}

/**
 * Returns the proof that a compartment key is known: SHA-256(0x6f ‖ key), base64url. An erasure discloses it. So a person
 * who only read the mark of a living key cannot have the key declared destroyed.
 */
export function keyProof(compartmentKey: Uint8Array): string {
  return toBase64url(sha256(PROOF_PREFIX, compartmentKey));
}

/** Returns the mark of a proof in its only spelling of 43 characters: SHA-256(0x6d ‖ proof), base64url. */
export function markOfProof(proof: string): string {
  return toBase64url(sha256(MARK_PREFIX, fromBase64url(proof)));
}

/**
 * Returns the mark of a compartment key: SHA-256(0x6d ‖ SHA-256(0x6f ‖ key)), base64url. It names the key in sealed parts
 * and reveals neither the key nor its proof (docs/formats/entry.md "The person's part"). The public digest in an erasure
 * is another value.
 */
export function keyMark(compartmentKey: Uint8Array): string {
  return toBase64url(sha256(MARK_PREFIX, sha256(PROOF_PREFIX, compartmentKey)));
}

/** Returns JCS({log, id, c}), valid until the next part's. */
function partAad({ log, entryId, c }: PartPlace): Uint8Array {
  return brieflyUtf8(`{"c":${canonicalJson(c)},"id":${canonicalJson(entryId)},"log":${canonicalJson(log)}}`);
}

/** The stored bytes of a part, and d, its digest in the entry. */
export interface SealedPart {
  readonly stored: Uint8Array;
  readonly digest: string;
  /** The key of this part of this entry, for the readers that receive it. */
  readonly partKey: Uint8Array;
}

/** The input of a part. */
export interface PartInput extends PartPlace {
  readonly compartmentKey: Uint8Array;
  readonly plaintext: Json;
}

/** `sealPart` with a given iv, for known answers in tests only. */
export function sealPartForTests(input: PartInput & { readonly iv: Uint8Array }): SealedPart {
  const key = partKey(input.compartmentKey, input.entryId);
  const { ciphertext, tag } = aesGcmSeal(key, input.iv, canonicalBytes(input.plaintext), partAad(input));
  const stored = concat(input.iv, ciphertext, tag);
  return { stored, digest: partDigest(stored), partKey: key };
}

/**
 * Seals a part of an audit entry with a compartment key: iv ‖ ciphertext ‖ tag (audit.md "Sealed parts"). Throws
 * FormatError if the result is longer than `MAX_PART_BYTES`.
 */
export function sealPart(input: PartInput): SealedPart {
  const sealed = sealPartForTests({ ...input, iv: randomBytes(IV_BYTES) });
  if (sealed.stored.length > MAX_PART_BYTES)
    throw new FormatError("format.length", `a sealed part is longer than ${MAX_PART_BYTES} bytes`);
  return sealed;
}

/** d = SHA-256 of the stored bytes, unpadded base64url. */
export function partDigest(stored: Uint8Array): string {
  return sha256Text(stored);
}

/** Returns the plaintext, the JCS that was sealed. Throws OpenError for every failure. */
export function openPartBytes(
  input: PartPlace & { readonly partKey: Uint8Array; readonly stored: Uint8Array },
): Uint8Array {
  const { stored } = input;
  if (stored.length < IV_BYTES + TAG_BYTES) throw new OpenError();
  const iv = stored.subarray(0, IV_BYTES);
  const ciphertext = stored.subarray(IV_BYTES, stored.length - TAG_BYTES);
  const tag = stored.subarray(stored.length - TAG_BYTES);
  return aesGcmOpen(input.partKey, iv, ciphertext, tag, partAad(input));
}

/** Opens a part with its own part key, the only key that a reader receives. Throws OpenError for every failure. */
export function openPart(
  input: PartPlace & { readonly partKey: Uint8Array; readonly stored: Uint8Array },
): Json {
  const plaintext = openPartBytes(input);
  try {
    return parseCanonicalJson(fromUtf8(plaintext));
  } catch {
    throw new OpenError();
  }
}
