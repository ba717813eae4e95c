import { concat, toBase64url } from "./bytes";
import { FormatError, OpenError } from "./format-error";
import { canonicalBytes } from "./json/canonical-json";
import { aesGcmOpen, aesGcmSeal, randomBytes } from "./primitives";
import type { PrivateKeyAad } from "./private-key-blob";

const VERSION = 0x02;
/** Length of CKA_ID of a named object. */
export const OBJECT_ID_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const BLOB_BYTES = 1 + OBJECT_ID_BYTES + IV_BYTES + TAG_BYTES;
const NOTHING = new Uint8Array();

/** Describes the key of a token object, with the same members as for a sealed key, version 2. */
export type ResidentKeyAad = Omit<PrivateKeyAad, "v"> & { readonly v: 2 };

function boundBytes(aad: ResidentKeyAad, object: Uint8Array): Uint8Array {
  return canonicalBytes({ ...aad, object: toBase64url(object) });
}

/** Returns whether a private key blob names an object of a token. */
export function isResident(blob: Uint8Array): boolean {
  return blob[0] === VERSION;
}

/**
 * Returns a blob that names an object of a PKCS#11 token in place of a sealed private key: 0x02 ‖ CKA_ID (16) ‖ iv (12) ‖
 * tag (16). The tag is AES-256-GCM's over an empty text, with JCS(aad and the id) as associated data. It contains no
 * secret. Throws FormatError.
 */
export function nameResidentKey(input: {
  readonly kek: Uint8Array;
  readonly aad: ResidentKeyAad;
  readonly object: Uint8Array;
}): Uint8Array {
  const { kek, aad, object } = input;
  if (object.length !== OBJECT_ID_BYTES) throw new FormatError("format.key", "an object's id has 16 bytes");
  const iv = randomBytes(IV_BYTES);
  const { tag } = aesGcmSeal(kek, iv, NOTHING, boundBytes(aad, object));
  return concat(Uint8Array.of(VERSION), object, iv, tag);
}

/** Returns the object that a blob names for exactly this key. Throws the same OpenError for every failure. */
export function readResidentKey(input: {
  readonly kek: Uint8Array;
  readonly aad: ResidentKeyAad;
  readonly blob: Uint8Array;
}): Uint8Array {
  const { kek, aad, blob } = input;
  if (blob.length !== BLOB_BYTES || !isResident(blob)) throw new OpenError();
  const object = blob.slice(1, 1 + OBJECT_ID_BYTES);
  const iv = blob.subarray(1 + OBJECT_ID_BYTES, BLOB_BYTES - TAG_BYTES);
  aesGcmOpen(kek, iv, NOTHING, blob.subarray(BLOB_BYTES - TAG_BYTES), boundBytes(aad, object));
  return object;
}
