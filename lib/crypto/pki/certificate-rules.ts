import { BasicConstraints, ExtKeyUsage } from "pkijs";
import { requireSignature } from "./algorithms";
import { extensionOf, type HeldCertificate } from "./certificate";
import { parseWhole } from "./der";

const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXT_KEY_USAGE = "2.5.29.37";
const ANY_USAGE = "2.5.29.37.0";
/** Critical extensions that are checked here or limit nothing (policies, other names). */
const KNOWN: ReadonlySet<string> = new Set([
  KEY_USAGE,
  BASIC_CONSTRAINTS,
  EXT_KEY_USAGE,
  "2.5.29.17",
  "2.5.29.32",
]);

/** Bits of the key usage extension's first byte: signing (digitalSignature, nonRepudiation), certificates, lists. */
export const SIGNING_BITS = 0b1100_0000;
export const CERTIFICATE_BIT = 0b0000_0100;
export const CRL_BIT = 0b0000_0010;

/**
 * Returns whether the certificate's key may be used for one of these purposes. Without the extension it may be used for
 * all.
 */
export function mayUseFor(certificate: HeldCertificate, bits: number): boolean {
  const extension = extensionOf(certificate, KEY_USAGE);
  if (extension === undefined) return true;
  const value = parseWhole("the key usage", extension.extnValue.valueBlock.valueHexView);
  const found: unknown = Reflect.get(value.valueBlock, "valueHexView");
  return found instanceof Uint8Array && ((found[0] ?? 0) & bits) !== 0;
}

/** Returns the names in the extended key usage. Undefined without the extension. */
export function purposesOf(
  certificate: HeldCertificate,
): { readonly critical: boolean; readonly ids: readonly string[] } | undefined {
  const extension = extensionOf(certificate, EXT_KEY_USAGE);
  if (extension === undefined) return undefined;
  const value: unknown = extension.parsedValue;
  return { critical: extension.critical, ids: value instanceof ExtKeyUsage ? value.keyPurposes : [] };
}

/** Returns whether the certificate names one of these purposes, any purpose, or none at all. */
export function mayServe(certificate: HeldCertificate, purposes: readonly string[]): boolean {
  const usage = purposesOf(certificate);
  return usage === undefined || usage.ids.some((id) => id === ANY_USAGE || purposes.includes(id));
}

export function isValidAt({ parsed }: HeldCertificate, at: Date): boolean {
  return parsed.notBefore.value <= at && at <= parsed.notAfter.value;
}

/**
 * Returns whether the certificate has a critical extension that is not checked here. RFC 5280 section 4.2 requires
 * refusing it.
 */
export function hasUnknownCritical({ parsed }: HeldCertificate): boolean {
  return (parsed.extensions ?? []).some((extension) => extension.critical && !KNOWN.has(extension.extnID));
}

/** Returns whether the certificate claims to be a certification authority. */
export function isAuthority(certificate: HeldCertificate): boolean {
  const constraints: unknown = extensionOf(certificate, BASIC_CONSTRAINTS)?.parsedValue;
  return constraints instanceof BasicConstraints && constraints.cA;
}

/**
 * Returns whether a certificate may issue for these purposes, with `below` authorities between it and the signer (RFC
 * 5280 section 6.1.4).
 */
export function mayIssue(issuer: HeldCertificate, below: number, purposes: readonly string[]): boolean {
  const constraints: unknown = extensionOf(issuer, BASIC_CONSTRAINTS)?.parsedValue;
  if (!(constraints instanceof BasicConstraints) || !constraints.cA) return false;
  const limit = constraints.pathLenConstraint;
  if (typeof limit === "number" && limit < below) return false;
  return mayUseFor(issuer, CERTIFICATE_BIT) && mayServe(issuer, purposes);
}

/** Returns whether the issuer's key signed it. Throws PkiRefusal `algorithm`. */
export async function isSignedBy(certificate: HeldCertificate, issuer: HeldCertificate): Promise<boolean> {
  requireSignature(certificate.parsed.signatureAlgorithm, "certificate");
  try {
    return await certificate.parsed.verify(issuer.parsed);
  } catch {
    // The library throws if key and algorithm do not fit. That is an invalid signature too.
    return false;
  }
}
