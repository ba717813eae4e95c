import { equalConstantTime } from "@/lib/crypto/bytes";
import type { HeldCertificate } from "@/lib/crypto/pki/certificate";
import {
  hasUnknownCritical,
  isSignedBy,
  isValidAt,
  mayIssue,
  mayUseFor,
  purposesOf,
  SIGNING_BITS,
} from "@/lib/crypto/pki/certificate-rules";
import { PkiRefusal } from "@/lib/crypto/pki/refusal";

const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
const MAX_DEPTH = 6;
/** Limits the certificates that are tried, so that many similar ones cannot keep a verifier busy without end. */
const MAX_CHECKS = 64;

/**
 * Requires that the certificate is for time stamps only and that this usage is critical (RFC 3161 section 2.3).
 * Throws PkiRefusal `usage`.
 */
export function requireStampingUsage(certificate: HeldCertificate): void {
  const usage = purposesOf(certificate);
  const isForStamps = usage?.critical === true && usage.ids.length === 1 && usage.ids[0] === TIME_STAMPING;
  if (!isForStamps)
    throw new PkiRefusal("usage", "the certificate has no critical extension that limits it to time stamps");
  if (!mayUseFor(certificate, SIGNING_BITS))
    throw new PkiRefusal("usage", "the certificate's key may not sign");
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
    if (!mayIssue(issuer, below, [TIME_STAMPING])) continue;
    search.checks += 1;
    if (search.checks > MAX_CHECKS) throw new PkiRefusal("chain", "too many certificates to try");
    if ((await isSignedBy(from, issuer)) && (await climb(search, issuer, below + 1))) return true;
  }
  return false;
}

/**
 * Returns a path from the signer to a trusted certificate on which every certificate is valid at `at` (RFC 5280
 * section 6.1, without revocation lists and name constraints; an unknown critical extension is refused). Throws
 * PkiRefusal `chain`, `algorithm` or `usage`.
 */
export async function requireChain(
  signer: HeldCertificate,
  certificates: readonly HeldCertificate[],
  trusted: readonly HeldCertificate[],
  at: Date,
): Promise<void> {
  const search = { trusted, others: certificates, at, checks: 0 };
  if (!(await climb(search, signer, 0)))
    throw new PkiRefusal("chain", "no path to a trusted certificate that was valid at the time of the stamp");
}
