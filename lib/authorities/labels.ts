/**
 * Names of each fault of a signature, with their texts in `domain.signatureFaults`. The standard's terms are too wide
 * for a refusal.
 */
export const SIGNATURE_FAULTS = [
  "form",
  "algorithm",
  "alg-none",
  "duplicate-member",
  "not-canonical",
  "audience",
  "agency",
  "no-agency",
  "empty-selector",
  "dates-reversed",
  "unknown-key",
  "key-not-in-force",
  "key-expired",
  "key-revoked",
  "altered",
  "issuer",
  "facts",
  "no-signer",
  "several-signers",
  "embedded",
  "document",
  "signed-attributes",
  "signing-certificate",
  "no-chain",
  "certificate-expired",
  "certificate-usage",
  "certificate-extension",
  "certificate-revoked",
  "issuer-revoked",
  "no-crl",
  "crl-expired",
  "byte-range",
  "sub-filter",
  "later-changes",
] as const;

/** Returns the fault that a refusal names, if it is one of those. */
export function signatureFault(name: unknown): (typeof SIGNATURE_FAULTS)[number] | undefined {
  return SIGNATURE_FAULTS.find((fault) => fault === name);
}
