import "server-only";
import { concat } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import { aesGcmOpen, aesGcmSeal, randomBytes } from "@/lib/crypto/primitives";
import { secretAad } from "@/lib/keystore/files/keystore-file";

const VERSION = 0x01;
const IV_BYTES = 12;
const TAG_BYTES = 16;

type Kek = { readonly id: string; readonly key: Uint8Array };

/**
 * Returns 0x01 ‖ iv (12) ‖ ciphertext ‖ tag (16): a secret sealed with the key-encryption key for secrets, bound to its
 * context.
 */
export function sealSecret(kek: Kek, context: string, secret: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const { ciphertext, tag } = aesGcmSeal(kek.key, iv, secret, secretAad(kek.id, context));
  return concat(Uint8Array.of(VERSION), iv, ciphertext, tag);
}

/** Inverse of `sealSecret`. Throws OpenError. */
export function openSecret(kek: Kek, context: string, sealed: Uint8Array): Uint8Array {
  if (sealed.length < 1 + IV_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw new OpenError();
  const iv = sealed.subarray(1, 1 + IV_BYTES);
  const body = sealed.subarray(1 + IV_BYTES, sealed.length - TAG_BYTES);
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  return aesGcmOpen(kek.key, iv, body, tag, secretAad(kek.id, context));
}
