import type { HeldCertificate } from "@/lib/crypto/pki/certificate";
import { type HeldList, isListOf, isNewer, isRevokedBy } from "@/lib/crypto/pki/revocation-list";
import { SignatureRefusal } from "./report";

/** Returns the newest list of this issuer made by that time. */
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

/** Returns the fault that the newest list gives for one certificate; undefined if it is not revoked. */
function listFault(list: HeldList | undefined, certificate: HeldCertificate, at: Date, isSigner: boolean) {
  if (list === undefined)
    return new SignatureRefusal(
      "no-crl",
      "A revocation list of an issuer in the certificate path is missing.",
    );
  // Even if the list is out of date: a revoked certificate stays revoked.
  if (isRevokedBy(list, certificate))
    return isSigner
      ? new SignatureRefusal("certificate-revoked", "The signer's certificate was revoked.")
      : new SignatureRefusal(
          "issuer-revoked",
          "The certificate of an issuer in the certificate path was revoked.",
        );
  if (list.nextUpdate === undefined || list.nextUpdate <= at)
    return new SignatureRefusal("crl-expired", "The newest revocation list is out of date.");
  return undefined;
}

const isRevocation = ({ fault }: SignatureRefusal): boolean =>
  fault === "certificate-revoked" || fault === "issuer-revoked";

/**
 * Checks every certificate on the path except the anchor against the newest list of its issuer (RFC 5280 section 6.3,
 * whole lists only). Returns the used lists and the fault. A revocation comes before a missing list.
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
