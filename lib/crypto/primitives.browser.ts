import { gcm } from "@noble/ciphers/aes.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concat } from "./bytes";
import { FormatError, OpenError } from "./format-error";

// What a browser needs of primitives.ts to check the log. The build puts this file in that one's place wherever
// code runs in a browser (next.config.mjs), so each name here must mean the same as there. Synchronous, hence
// @noble and not WebCrypto.

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TAG_BYTES = 16;
const IV_BYTES = 12;
const encoder = new TextEncoder();

function requireKey(bytes: Uint8Array): void {
  if (bytes.length !== KEY_BYTES) throw new FormatError("format.key", "a key of 32 bytes is required");
}

/** SHA-256 (FIPS 180-4) of the parts one after another. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(typeof part === "string" ? encoder.encode(part) : part);
  return hash.digest();
}

/** Bytes from the browser's generator. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** HKDF-SHA-256 (RFC 5869), extract and expand. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return hkdf(nobleSha256, ikm, salt, info, length);
}

/** AES-256-GCM (NIST SP 800-38D) with a 12-byte iv and a 16-byte tag. An iv must never repeat under a key. */
export function aesGcmSeal(
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array,
): { ciphertext: Uint8Array; tag: Uint8Array } {
  requireKey(key);
  const sealed = gcm(key, iv, aad).encrypt(plaintext);
  const end = sealed.length - TAG_BYTES;
  return { ciphertext: sealed.slice(0, end), tag: sealed.slice(end) };
}

/** Inverse of `aesGcmSeal`; throws OpenError for any wrong key, iv, tag, associated data or length. */
export function aesGcmOpen(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  aad?: Uint8Array,
): Uint8Array {
  if (tag.length !== TAG_BYTES || iv.length !== IV_BYTES || key.length !== KEY_BYTES) throw new OpenError();
  try {
    return gcm(key, iv, aad).decrypt(concat(ciphertext, tag));
  } catch {
    throw new OpenError();
  }
}

/** Public key of an Ed25519 seed (RFC 8032 section 5.1.5). */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  requireKey(seed);
  return ed25519.getPublicKey(seed);
}

/** Ed25519 signature (RFC 8032 section 5.1.6), 64 bytes. */
export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  requireKey(seed);
  return ed25519.sign(message, seed);
}

/** Whether an Ed25519 signature holds (RFC 8032 section 5.1.7); malformed keys and signatures do not. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    // zip215 false is RFC 8032's own rule: encodings must be canonical, as OpenSSL demands too.
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
