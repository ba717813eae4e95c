import { BasicConstraints, ExtKeyUsage } from "pkijs";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { requireSignature } from "./algorithms";
import { extensionOf, type HeldCertificate } from "./certificate";
import { parseWhole } from "./der";
import { TimeStampRefusal } from "./refusal";

const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXT_KEY_USAGE = "2.5.29.37";
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
const ANY_USAGE = "2.5.29.37.0";
/** Critical extensions that are looked at here or do not limit anything (policies, other names). */
const KNOWN: ReadonlySet<string> = new Set([
  KEY_USAGE,
  BASIC_CONSTRAINTS,
  EXT_KEY_USAGE,
  "2.5.29.17",
  "2.5.29.32",
]);
const SIGNING_BITS = 0b1100_0000;
const CERTIFICATE_BIT = 0b0000_0100;
const MAX_DEPTH = 6;
/** Look-alike certificates must not make a verifier work without end. */
const MAX_CHECKS = 64;

/** First byte of the key usage bits, or undefined when the extension is not there. */
function keyUsage(certificate: HeldCertificate): number | undefined {
  const extension = extensionOf(certificate, KEY_USAGE);
  if (extension === undefined) return undefined;
  const value = parseWhole("the key usage", extension.extnValue.valueBlock.valueHexView);
  const bits: unknown = Reflect.get(value.valueBlock, "valueHexView");
  return bits instanceof Uint8Array ? (bits[0] ?? 0) : 0;
}

function purposes(certificate: HeldCertificate): { critical: boolean; ids: string[] } | undefined {
  const extension = extensionOf(certificate, EXT_KEY_USAGE);
  if (extension === undefined) return undefined;
  const value: unknown = extension.parsedValue;
  return { critical: extension.critical, ids: value instanceof ExtKeyUsage ? value.keyPurposes : [] };
}

/**
 * The certificate must be for time stamps and nothing else, and say so critically (RFC 3161 section 2.3). Throws
 * TimeStampRefusal `usage`.
 */
export function requireStampingUsage(certificate: HeldCertificate): void {
  const usage = purposes(certificate);
  const isForStamps = usage?.critical === true && usage.ids.length === 1 && usage.ids[0] === TIME_STAMPING;
  if (!isForStamps)
    throw new TimeStampRefusal("usage", "the certificate is not for time stamps alone, critically");
  if (((keyUsage(certificate) ?? SIGNING_BITS) & SIGNING_BITS) === 0)
    throw new TimeStampRefusal("usage", "the certificate's key may not sign");
}

function isValidAt({ parsed }: HeldCertificate, at: Date): boolean {
  return parsed.notBefore.value <= at && at <= parsed.notAfter.value;
}

function hasUnknownCritical({ parsed }: HeldCertificate): boolean {
  return (parsed.extensions ?? []).some((extension) => extension.critical && !KNOWN.has(extension.extnID));
}

/** Whether a certificate may issue one with `below` authorities between it and the signer (RFC 5280 section 6.1.4). */
function mayIssue(issuer: HeldCertificate, below: number): boolean {
  const constraints: unknown = extensionOf(issuer, BASIC_CONSTRAINTS)?.parsedValue;
  if (!(constraints instanceof BasicConstraints) || !constraints.cA) return false;
  const limit = constraints.pathLenConstraint;
  if (typeof limit === "number" && limit < below) return false;
  if (((keyUsage(issuer) ?? CERTIFICATE_BIT) & CERTIFICATE_BIT) === 0) return false;
  const usage = purposes(issuer);
  return usage === undefined || usage.ids.some((id) => id === TIME_STAMPING || id === ANY_USAGE);
}

async function isSignedBy(certificate: HeldCertificate, issuer: HeldCertificate): Promise<boolean> {
  requireSignature(certificate.parsed.signatureAlgorithm, "certificate");
  try {
    return await certificate.parsed.verify(issuer.parsed);
  } catch {
    // The library throws where key and algorithm do not fit: that is no signature either.
    return false;
  }
}

interface Climb {
  readonly trusted: readonly HeldCertificate[];
  readonly others: readonly HeldCertificate[];
  readonly at: Date;
  checks: number;
}

async function climb(search: Climb, from: HeldCertificate, below: number): Promise<boolean> {
  if (!isValidAt(from, search.at) || hasUnknownCritical(from)) return false;
  if (search.trusted.some((anchor) => equalConstantTime(anchor.der, from.der))) return true;
  if (below >= MAX_DEPTH) return false;
  for (const issuer of [...search.trusted, ...search.others]) {
    if (issuer === from || !from.parsed.issuer.isEqual(issuer.parsed.subject)) continue;
    if (!mayIssue(issuer, below)) continue;
    search.checks += 1;
    if (search.checks > MAX_CHECKS) throw new TimeStampRefusal("chain", "too many certificates to try");
    if ((await isSignedBy(from, issuer)) && (await climb(search, issuer, below + 1))) return true;
  }
  return false;
}

/**
 * A way from the signer to a trusted certificate, every one on it valid at `at` (RFC 5280 section 6.1, without
 * revocation lists and name constraints: a critical extension that is not known here refuses). Throws
 * TimeStampRefusal `chain`, `algorithm` or `usage`.
 */
export async function requireChain(
  signer: HeldCertificate,
  certificates: readonly HeldCertificate[],
  trusted: readonly HeldCertificate[],
  at: Date,
): Promise<void> {
  const search = { trusted, others: certificates, at, checks: 0 };
  if (!(await climb(search, signer, 0)))
    throw new TimeStampRefusal("chain", "no way to a trusted certificate that was valid then");
}
