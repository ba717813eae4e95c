import "server-only";
import { concat } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { aesGcmOpen, aesGcmSeal, randomBytes } from "@/lib/crypto/primitives";

/** Plaintext bytes of every chunk but the last, so that the chunks of a range are found by division. */
export const CHUNK_BYTES = 1024 * 1024;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The place of a chunk. It does not open in any other place. */
export interface ChunkPlace {
  readonly exportId: string;
  readonly attempt: number;
  readonly number: number;
}

/** The context that a file's key is sealed for in the keystore. */
export function fileKeyContext(tenantId: string, { exportId, attempt }: Omit<ChunkPlace, "number">): string {
  return `sealport/export/1|${tenantId}|${exportId}|${attempt}`;
}

function aadOf({ exportId, attempt, number }: ChunkPlace): Uint8Array {
  return canonicalBytes({ export: exportId, attempt, number });
}

/** Returns iv ‖ ciphertext ‖ tag of AES-256-GCM with the file's own key and its place as associated data. */
export function sealChunk(key: Uint8Array, place: ChunkPlace, plaintext: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const { ciphertext, tag } = aesGcmSeal(key, iv, plaintext, aadOf(place));
  return concat(iv, ciphertext, tag);
}

/** Inverse of `sealChunk`; every failure is OpenError. */
export function openChunk(key: Uint8Array, place: ChunkPlace, sealed: Uint8Array): Uint8Array {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new OpenError();
  const iv = sealed.subarray(0, IV_BYTES);
  const ciphertext = sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES);
  return aesGcmOpen(key, iv, ciphertext, sealed.subarray(sealed.length - TAG_BYTES), aadOf(place));
}
