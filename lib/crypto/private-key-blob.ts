import { concat, equalConstantTime, fromBase64url } from "./bytes";
import { FormatError, OpenError } from "./format-error";
import { canonicalBytes } from "./json/canonical-json";
import { aesGcmOpen, aesGcmSeal, ed25519PublicKey, randomBytes, x25519PublicKey } from "./primitives";

const VERSION = 0x01;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const BLOB_BYTES = 1 + IV_BYTES + KEY_BYTES + TAG_BYTES;

/** Describes the private key in a blob. Bound as associated data. */
export interface PrivateKeyAad {
  readonly v: 1;
  readonly purpose: "participant" | "escrow" | "log" | "receipt" | "custodian";
  /** The participant. For purposes other than participant, the origin. */
  readonly participant: string;
  readonly version: number;
  /** Id of the key-encryption key. */
  readonly kek: string;
  /** base64url of 32 bytes. */
  readonly public_key: string;
}

/** `sealPrivateKey` with a given iv, for known answers in tests only. */
export function sealPrivateKeyForTests(input: {
  readonly kek: Uint8Array;
  readonly aad: PrivateKeyAad;
  readonly privateKey: Uint8Array;
  readonly iv: Uint8Array;
}): Uint8Array {
  if (input.privateKey.length !== KEY_BYTES)
    throw new FormatError("format.key", "a private key has 32 bytes");
  const { ciphertext, tag } = aesGcmSeal(input.kek, input.iv, input.privateKey, canonicalBytes(input.aad));
  return concat(Uint8Array.of(VERSION), input.iv, ciphertext, tag);
}

/**
 * Seals 32 private bytes (unclamped) under a key-encryption key: 0x01 ‖ iv ‖ ciphertext ‖ tag, AES-256-GCM
 * (NIST SP 800-38D) with JCS(aad) as associated data.
 */
export function sealPrivateKey(input: {
  readonly kek: Uint8Array;
  readonly aad: PrivateKeyAad;
  readonly privateKey: Uint8Array;
}): Uint8Array {
  return sealPrivateKeyForTests({ ...input, iv: randomBytes(IV_BYTES) });
}

/**
 * Opens a blob and requires that the private key belongs to the public key in `aad`. Throws the same OpenError for every
 * failure.
 */
export function openPrivateKey(input: {
  readonly kek: Uint8Array;
  readonly aad: PrivateKeyAad;
  readonly blob: Uint8Array;
  readonly kind: "x25519" | "ed25519";
}): Uint8Array {
  const { blob, kek, aad } = input;
  if (blob.length !== BLOB_BYTES || blob[0] !== VERSION) throw new OpenError();
  const iv = blob.subarray(1, 1 + IV_BYTES);
  const ciphertext = blob.subarray(1 + IV_BYTES, BLOB_BYTES - TAG_BYTES);
  const tag = blob.subarray(BLOB_BYTES - TAG_BYTES);
  const privateKey = aesGcmOpen(kek, iv, ciphertext, tag, canonicalBytes(aad));
  const recomputed = input.kind === "x25519" ? x25519PublicKey(privateKey) : ed25519PublicKey(privateKey);
  if (!equalConstantTime(recomputed, fromBase64url(aad.public_key))) {
    privateKey.fill(0);
    throw new OpenError();
  }
  return privateKey;
}
