import { aeskw, gcm } from "@noble/ciphers/aes.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concat, toBase64url } from "./bytes";
import { FormatError, OpenError } from "./format-error";

// The part of primitives.ts that a browser needs to check the log and to open and seal envelopes. The builds replace
// primitives.ts by this file in code for browsers (next.config.mjs, sdk/build.mjs), so each name must mean the same in
// both. Synchronous, hence @noble and not WebCrypto.

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TAG_BYTES = 16;
const IV_BYTES = 12;
const encoder = new TextEncoder();

function requireKey(bytes: Uint8Array): void {
  if (bytes.length !== KEY_BYTES) throw new FormatError("format.key", "a key of 32 bytes is required");
}

function bytesOf<T>(part: T | string): T | Uint8Array {
  return typeof part === "string" ? encoder.encode(part) : part;
}

/** SHA-256 (FIPS 180-4) of the parts one after another. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(bytesOf(part));
  return hash.digest();
}

/** SHA-256 as base64url, the form of all our digests. */
export function sha256Text(part: Uint8Array | string): string {
  return toBase64url(sha256(part));
}

/** HMAC-SHA-256 (RFC 2104) of the parts one after another. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = hmac.create(nobleSha256, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
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
  aad?: Uint8Array | string,
): { ciphertext: Uint8Array; tag: Uint8Array } {
  requireKey(key);
  const sealed = gcm(key, iv, bytesOf(aad)).encrypt(plaintext);
  const end = sealed.length - TAG_BYTES;
  return { ciphertext: sealed.slice(0, end), tag: sealed.slice(end) };
}

/** Inverse of `aesGcmSeal`; throws OpenError for any wrong key, iv, tag, associated data or length. */
export function aesGcmOpen(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  aad?: Uint8Array | string,
): Uint8Array {
  if (tag.length !== TAG_BYTES || iv.length !== IV_BYTES || key.length !== KEY_BYTES) throw new OpenError();
  try {
    return gcm(key, iv, bytesOf(aad)).decrypt(concat(ciphertext, tag));
  } catch {
    throw new OpenError();
  }
}

/** AES-256 key wrap (RFC 3394) with the default initial value. */
export function aesKeyWrap(kek: Uint8Array, key: Uint8Array): Uint8Array {
  return aeskw(kek).encrypt(key);
}

/** Inverse of `aesKeyWrap`; throws OpenError when the integrity check fails (RFC 3394 section 2.2.3). */
export function aesKeyUnwrap(kek: Uint8Array, wrapped: Uint8Array): Uint8Array {
  // OpenSSL opens an empty value to an empty key, but a wrapped key has at least three blocks.
  if (wrapped.length < 24) throw new OpenError();
  try {
    return aeskw(kek).decrypt(wrapped);
  } catch {
    throw new OpenError();
  }
}

/** An X25519 private key for many agreements. */
export interface X25519Handle {
  readonly publicKey: Uint8Array;
  /** Shared secret (RFC 7748 section 6.1); throws FormatError when it is all zero. */
  derive(publicKey: Uint8Array): Uint8Array;
}

/** Public key of an X25519 private key (RFC 7748 section 6.1). */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  requireKey(privateKey);
  return x25519.getPublicKey(privateKey);
}

/** X25519 shared secret (RFC 7748 section 6.1); throws FormatError when it is all zero. */
export function x25519Shared(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  requireKey(privateKey);
  requireKey(publicKey);
  try {
    return x25519.getSharedSecret(privateKey, publicKey);
  } catch {
    throw new FormatError("format.key", "the shared secret is zero");
  }
}

/** Keeps a private key. The public key is computed from it and never taken from the caller. */
export function x25519Handle(privateKey: Uint8Array): X25519Handle {
  const key = Uint8Array.from(privateKey);
  return { publicKey: x25519PublicKey(key), derive: (publicKey) => x25519Shared(key, publicKey) };
}

/** A fresh X25519 key pair (RFC 7748 section 6.1). */
export function generateX25519(): { publicKey: Uint8Array; privateKey: Uint8Array } {
  const privateKey = randomBytes(KEY_BYTES);
  return { publicKey: x25519PublicKey(privateKey), privateKey };
}

/** Returns a fresh key pair whose private key never leaves the handle: one for each recipient entry. */
export function ephemeralX25519(): X25519Handle {
  return x25519Handle(randomBytes(KEY_BYTES));
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

/** Returns whether an Ed25519 signature is valid (RFC 8032 section 5.1.7). Malformed keys and signatures are not. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    // zip215 false is RFC 8032's own rule: encodings must be canonical, as OpenSSL requires too.
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
