import { fromUtf8, utf8 } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { aesGcmOpen, hkdfSha256, x25519Shared } from "@/lib/crypto/primitives";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import type { AitbcSealed } from "./aitbc-record";

/** Recipient under which the old system kept the key of its audit escrow. */
export const AITBC_ESCROW = "audit";

const PUBLIC_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const INFO = utf8("AITBC-DEK-Encryption");
/** HKDF without a salt takes as many zeros as a hash has bytes (RFC 5869 section 2.2). */
const NO_SALT = new Uint8Array(32);
const NO_AAD = new Uint8Array(0);

/** The private key of one recipient. */
export interface AitbcHolder {
  readonly recipient: string;
  readonly privateKey: Uint8Array;
}

function contentKey(holder: AitbcHolder, wrapped: Uint8Array): Uint8Array {
  const ephemeral = wrapped.subarray(0, PUBLIC_BYTES);
  checkX25519PublicKey(ephemeral);
  const shared = x25519Shared(holder.privateKey, ephemeral);
  const kek = hkdfSha256(shared, NO_SALT, INFO, KEY_BYTES);
  const nonce = wrapped.subarray(PUBLIC_BYTES, PUBLIC_BYTES + NONCE_BYTES);
  const ciphertext = wrapped.subarray(PUBLIC_BYTES + NONCE_BYTES, wrapped.length - TAG_BYTES);
  try {
    return aesGcmOpen(kek, nonce, ciphertext, wrapped.subarray(wrapped.length - TAG_BYTES), NO_AAD);
  } finally {
    kek.fill(0);
    shared.fill(0);
  }
}

/**
 * Opens a payload of the old system: X25519 with the ephemeral key, HKDF-SHA-256 (RFC 5869) without salt, AES-256-GCM
 * over the content key, then over the JSON. Throws OpenError when a key does not fit or a byte was changed, FormatError
 * when the recipient has no key or the plaintext is not a JSON object.
 */
export function openAitbc(sealed: AitbcSealed, holder: AitbcHolder): Readonly<Record<string, unknown>> {
  const wrapped = sealed.keys.get(holder.recipient);
  if (wrapped === undefined)
    throw new FormatError("format.record", "the record has no key for the holder of the given private key");
  const key = contentKey(holder, wrapped);
  let value: unknown;
  try {
    const plaintext = aesGcmOpen(key, sealed.nonce, sealed.ciphertext, sealed.tag, NO_AAD);
    value = parseStrictJson(fromUtf8(plaintext));
  } catch (error) {
    if (error instanceof OpenError) throw error;
    throw new FormatError("format.json", "the opened payload is not JSON");
  } finally {
    key.fill(0);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new FormatError("format.json", "the opened payload is not a JSON object");
  return { ...value };
}
