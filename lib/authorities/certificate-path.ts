import { equalConstantTime } from "@/lib/crypto/bytes";
import { requireStrongKey } from "@/lib/crypto/pki/algorithms";
import { extensionOf, type HeldCertificate } from "@/lib/crypto/pki/certificate";
import {
  hasUnknownCritical,
  isAuthority,
  isSignedBy,
  isValidAt,
  mayIssue,
  mayServe,
  mayUseFor,
  SIGNING_BITS,
} from "@/lib/crypto/pki/certificate-rules";
import { SignatureRefusal } from "./report";

/**
 * Accepted purposes of a document signer: e-mail protection (as the EU's qualified ones have), document signing (RFC
 * 9336), Adobe's and Microsoft's.
 */
const PURPOSES = [
  "1.3.6.1.5.5.7.3.4",
  "1.3.6.1.5.5.7.3.36",
  "1.2.840.113583.1.1.5",
  "1.3.6.1.4.1.311.10.3.12",
];
const NAME_CONSTRAINTS = "2.5.29.30";
const MAX_DEPTH = 6;
/** Limit on tried certificates: look-alikes must not make a verifier work without end. */
const MAX_CHECKS = 64;

/** Returns what is wrong with a certificate anywhere on the path; undefined if it is valid. */
function commonFault(certificate: HeldCertificate, at: Date): SignatureRefusal | undefined {
  if (!isValidAt(certificate, at))
    return new SignatureRefusal("certificate-expired", "A certificate is not valid at this moment.");
  const isLimited = extensionOf(certificate, NAME_CONSTRAINTS) !== undefined;
  if (hasUnknownCritical(certificate) || isLimited)
    return new SignatureRefusal(
      "certificate-extension",
      "A certificate has name constraints or a critical extension that is not supported here.",
    );
  requireStrongKey(certificate);
  return undefined;
}

/** Checks the signer's own certificate: in date, of an accepted key, and allowed to sign documents. */
function requireSigner(signer: HeldCertificate, at: Date): void {
  const fault = commonFault(signer, at);
  if (fault !== undefined) throw fault;
  if (isAuthority(signer) || !mayUseFor(signer, SIGNING_BITS) || !mayServe(signer, PURPOSES))
    throw new SignatureRefusal("certificate-usage", "The signer's certificate may not sign documents.");
}

/**
 * Returns why a certificate may not issue one that is `below` steps from the signer's, at this moment; undefined if it
 * may. Throws PkiRefusal.
 */
export function issuingFault(issuer: HeldCertificate, below: number, at: Date): SignatureRefusal | undefined {
  if (mayIssue(issuer, below, PURPOSES)) return commonFault(issuer, at);
  return new SignatureRefusal("certificate-usage", "An issuer's certificate may not issue this one.");
}

const isSame = (one: HeldCertificate, other: HeldCertificate): boolean =>
  equalConstantTime(one.der, other.der);

interface Search {
  readonly anchors: readonly HeldCertificate[];
  readonly others: readonly HeldCertificate[];
  readonly at: Date;
  checks: number;
  /** The fault of the first issuer whose signature is valid but which may not issue. */
  fault: SignatureRefusal | undefined;
}

type Path = readonly HeldCertificate[];

/** Returns possible issuers of the last certificate on the path, by name; each once. */
function issuersOf({ anchors, others }: Search, path: Path, from: HeldCertificate): HeldCertificate[] {
  return [...anchors, ...others].filter(
    (issuer) => from.parsed.issuer.isEqual(issuer.parsed.subject) && !path.some((one) => isSame(one, issuer)),
  );
}

/** Returns whether this issuer signed and may issue. Keeps the fault of one that signed but may not. */
async function isIssuedBy(search: Search, path: Path, from: HeldCertificate, issuer: HeldCertificate) {
  search.checks += 1;
  if (search.checks > MAX_CHECKS)
    throw new SignatureRefusal("no-chain", "There are too many certificates to try.");
  if (!(await isSignedBy(from, issuer))) return false;
  const fault = issuingFault(issuer, path.length - 1, search.at);
  search.fault ??= fault;
  return fault === undefined;
}

async function climb(search: Search, path: Path): Promise<Path | undefined> {
  const from = path.at(-1);
  if (from === undefined || path.length > MAX_DEPTH) return undefined;
  for (const issuer of issuersOf(search, path, from)) {
    if (!(await isIssuedBy(search, path, from, issuer))) continue;
    const longer = [...path, issuer];
    const found = search.anchors.includes(issuer) ? longer : await climb(search, longer);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns the path from a signer to a registered trust anchor, both included (RFC 5280 section 6.1). Every certificate
 * on it is valid at `at`, and the next one, which may issue it, signed it. Name constraints and unsupported critical
 * extensions are refused. Revocation is checked elsewhere. Throws SignatureRefusal by name, and PkiRefusal `algorithm`.
 */
export async function findPath(
  signer: HeldCertificate,
  among: { readonly anchors: readonly HeldCertificate[]; readonly others: readonly HeldCertificate[] },
  at: Date,
): Promise<Path> {
  requireSigner(signer, at);
  const search: Search = { ...among, at, checks: 0, fault: undefined };
  const found = await climb(search, [signer]);
  if (found !== undefined) return found;
  throw (
    search.fault ??
    new SignatureRefusal("no-chain", "The signer's certificate does not lead to a registered trust anchor.")
  );
}

/**
 * Checks that a certificate may issue, and that this anchor itself issued it, at this moment. Throws as `findPath`
 * does.
 */
export async function findIssuerPath(
  issuer: HeldCertificate,
  anchor: HeldCertificate,
  at: Date,
): Promise<Path> {
  const fault = issuingFault(issuer, 0, at);
  if (fault !== undefined) throw fault;
  const search: Search = { anchors: [anchor], others: [], at, checks: 0, fault: undefined };
  const found = await climb(search, [issuer]);
  if (found !== undefined) return found;
  throw search.fault ?? new SignatureRefusal("no-chain", "The trust anchor did not issue this certificate.");
}
