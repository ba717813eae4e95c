import type { HeldCertificate } from "@/lib/crypto/pki/certificate";
import { type HeldList, isListOf, isNewer, isRevokedBy } from "@/lib/crypto/pki/revocation-list";
import { SignatureRefusal } from "./report";

/** The newest list of this issuer that had been made by then. */
async function newestOf(
  lists: readonly HeldList[],
  issuer: HeldCertificate,
  at: Date,
): Promise<HeldList | undefined> {
  let newest: HeldList | undefined;
  for (const list of lists) {
    if (list.thisUpdate > at || !(await isListOf(list, issuer))) continue;
    if (newest === undefined || isNewer(list, newest)) newest = list;
  }
  return newest;
}

/** What the newest list says of one certificate; nothing where it says that all is well. */
function listFault(list: HeldList | undefined, certificate: HeldCertificate, at: Date, isSigner: boolean) {
  if (list === undefined)
    return new SignatureRefusal("no-crl", "No revocation list of an issuer on the way is known here.");
  // Also when the list is out of date: what was revoked stays so.
  if (isRevokedBy(list, certificate))
    return isSigner
      ? new SignatureRefusal("certificate-revoked", "The signer's certificate was revoked.")
      : new SignatureRefusal("issuer-revoked", "The certificate of an issuer on the way was revoked.");
  if (list.nextUpdate === undefined || list.nextUpdate <= at)
    return new SignatureRefusal(
      "crl-expired",
      "The newest revocation list that is known here is out of date.",
    );
  return undefined;
}

const isRevocation = ({ fault }: SignatureRefusal): boolean =>
  fault === "certificate-revoked" || fault === "issuer-revoked";

/**
 * Holds every certificate on the way but the anchor against the newest list of its issuer (RFC 5280 section 6.3, whole
 * lists alone). Answers the lists looked at, and what they say against it: a revocation before a list that is missing.
 */
export async function checkRevocation(
  path: readonly HeldCertificate[],
  lists: readonly HeldList[],
  at: Date,
): Promise<{ readonly used: readonly HeldList[]; readonly fault: SignatureRefusal | undefined }> {
  const used: HeldList[] = [];
  const faults: SignatureRefusal[] = [];
  for (const [index, certificate] of path.entries()) {
    const issuer = path[index + 1];
    if (issuer === undefined) break;
    const list = await newestOf(lists, issuer, at);
    if (list !== undefined) used.push(list);
    const fault = listFault(list, certificate, at, index === 0);
    if (fault !== undefined) faults.push(fault);
  }
  return { used, fault: faults.find(isRevocation) ?? faults[0] };
}
