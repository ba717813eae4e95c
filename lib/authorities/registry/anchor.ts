import { issuingFault } from "@/lib/authorities/certificate-path";
import { decodeCertificate, reading } from "@/lib/authorities/registry/encoded";
import { invalidMember } from "@/lib/authorities/registry/rules";
import type { NewAuthorityRow } from "@/lib/authorities/registry/store";
import { toBase64url, toHex } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";

const POINTER = "/certificate";

/** Returns the stored parts of a trust anchor: its bytes, their digest, and its period of validity. Throws `request.invalid`. */
export function anchorMembers(
  text: string,
  at: Date,
): Pick<NewAuthorityRow, "certificate" | "digest" | "validFrom" | "validUntil"> {
  const held = decodeCertificate(POINTER, text);
  const fault = reading(POINTER, () => issuingFault(held, 0, at));
  if (fault !== undefined) throw invalidMember(POINTER, `is not a trust anchor: ${fault.message}`);
  const { notBefore, notAfter } = held.parsed;
  return {
    certificate: held.der,
    digest: toBase64url(sha256(held.der)),
    validFrom: notBefore.value,
    validUntil: notAfter.value,
  };
}

/**
 * Returns whether the typed text is this digest, either as shown here or as the SHA-256 fingerprint that other programs
 * print for a certificate.
 */
export function isSameDigest(digest: string, certificate: Uint8Array | null, typed: string): boolean {
  if (typed === digest) return true;
  const plain = typed.replaceAll(":", "").toLowerCase();
  return certificate !== null && plain === toHex(sha256(certificate));
}
