import type { Indication, SignatureFault, SignatureMethod, SignatureReport, SubIndication } from "./schema";

/** The name of each fault in EN 319 102-1 section 5.1.3. No check here proves that a signature existed earlier. */
const WORDS: Readonly<Record<SignatureFault, readonly [Indication, SubIndication]>> = {
  form: ["TOTAL-FAILED", "FORMAT_FAILURE"],
  "alg-none": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  "duplicate-member": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  "not-canonical": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  altered: ["TOTAL-FAILED", "SIG_CRYPTO_FAILURE"],
  algorithm: ["INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE"],
  audience: ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  agency: ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  "no-agency": ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  "empty-selector": ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  "dates-reversed": ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  issuer: ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  facts: ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  "unknown-key": ["INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND"],
  "key-not-in-force": ["INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE"],
  "key-expired": ["INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"],
  "key-revoked": ["INDETERMINATE", "REVOKED_NO_POE"],
  "no-signer": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  "several-signers": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  embedded: ["TOTAL-FAILED", "HASH_FAILURE"],
  document: ["TOTAL-FAILED", "HASH_FAILURE"],
  "signed-attributes": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  "signing-certificate": ["INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND"],
  "no-chain": ["INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"],
  "certificate-expired": ["INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"],
  "certificate-usage": ["INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE"],
  "certificate-extension": ["INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"],
  "certificate-revoked": ["INDETERMINATE", "REVOKED_NO_POE"],
  "issuer-revoked": ["INDETERMINATE", "REVOKED_CA_NO_POE"],
  "no-crl": ["INDETERMINATE", "TRY_LATER"],
  "crl-expired": ["INDETERMINATE", "TRY_LATER"],
  "byte-range": ["TOTAL-FAILED", "FORMAT_FAILURE"],
  "sub-filter": ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
  "later-changes": ["INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"],
};

/** A signature that does not count, with the reason by name. */
export class SignatureRefusal extends Error {
  override readonly name = "SignatureRefusal";
  constructor(
    readonly fault: SignatureFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The facts about a signature, in addition to whether it counts. */
export type ReportFacts = Pick<SignatureReport, "authority" | "kid" | "signer" | "crls" | "signature_sha256">;

/** Returns the report of a signature that counts. */
export function passed(
  method: SignatureMethod,
  at: Date,
  facts: ReportFacts,
  detail: string,
): SignatureReport {
  return { method, indication: "TOTAL-PASSED", detail, ...facts, judged_at: at.toISOString() };
}

/** Returns the report of one that does not. */
export function failed(
  method: SignatureMethod,
  at: Date,
  refusal: SignatureRefusal,
  facts: ReportFacts = {},
): SignatureReport {
  const [indication, sub] = WORDS[refusal.fault];
  return {
    method,
    indication,
    sub_indication: sub,
    fault: refusal.fault,
    detail: refusal.message,
    ...facts,
    judged_at: at.toISOString(),
  };
}
