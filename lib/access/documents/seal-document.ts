import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { aesGcmOpen, aesGcmSeal, randomBytes, sha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import type { Keystore } from "@/lib/keystore/keystore";

/** A document as it is stored, sealed. */
export interface SealedDocument {
  readonly sha256: string;
  readonly dekSealed: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

const context = (id: string): string => `sealport/document/1|${id}`;

/** Encrypts a document under its own key (AES-256-GCM, bound to the document's id and digest). */
export function sealDocument(keystore: Keystore, id: string, bytes: Uint8Array): SealedDocument {
  const digest = toBase64url(sha256(bytes));
  const key = randomBytes(32);
  const iv = randomBytes(12);
  const { ciphertext, tag } = aesGcmSeal(key, iv, bytes, utf8(`${context(id)}|${digest}`));
  const dekSealed = keystore.sealSecret(context(id), key);
  key.fill(0);
  return { sha256: digest, dekSealed, iv, ciphertext, tag };
}

/**
 * Returns the document when its digest matches the record; every other case is the same error. Throws `service.sealed`
 * while the tenant's keys are sealed.
 */
export function openDocument(keystore: Keystore, id: string, sealed: SealedDocument): Uint8Array {
  keystore.requireUnsealed();
  try {
    const key = keystore.openSecret(context(id), sealed.dekSealed);
    const aad = utf8(`${context(id)}|${sealed.sha256}`);
    const bytes = aesGcmOpen(key, sealed.iv, sealed.ciphertext, sealed.tag, aad);
    key.fill(0);
    if (toBase64url(sha256(bytes)) === sealed.sha256) return bytes;
  } catch (cause) {
    throw new DomainError("authorization.invalid", {
      detail: "The document is not the one that was attached.",
      cause,
    });
  }
  throw new DomainError("authorization.invalid", {
    detail: "The document is not the one that was attached.",
  });
}
