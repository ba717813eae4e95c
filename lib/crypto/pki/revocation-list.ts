import * as asn1js from "asn1js";
import { CertificateRevocationList, type Extension, getCrypto } from "pkijs";
import { toHex } from "../bytes";
import { requireSignature } from "./algorithms";
import type { HeldCertificate } from "./certificate";
import { CRL_BIT, mayUseFor } from "./certificate-rules";
import { parseWhole, parsing } from "./der";
import { PkiRefusal } from "./refusal";

/** Maximum size. Lists of a busy authority have some tens of thousands of entries. */
export const MAX_LIST_BYTES = 1_048_576;
const NUMBER = "2.5.29.20";
/** Extensions that narrow a list: a delta, an issuing distribution point, and another issuer of an entry. */
const NARROWING: readonly string[] = ["2.5.29.27", "2.5.29.28", "2.5.29.29"];

/** A revocation list (RFC 5280 section 5) with its original bytes. */
export interface HeldList {
  readonly der: Uint8Array;
  readonly parsed: CertificateRevocationList;
  readonly thisUpdate: Date;
  /** Date of the next list. Without it the age of the list is unknown. */
  readonly nextUpdate: Date | undefined;
  readonly number: bigint | undefined;
}

function numberOf(extensions: readonly Extension[]): bigint | undefined {
  const extension = extensions.find(({ extnID }) => extnID === NUMBER);
  if (extension === undefined) return undefined;
  const value = parseWhole("the number of the list", extension.extnValue.valueBlock.valueHexView);
  if (!(value instanceof asn1js.Integer))
    throw new PkiRefusal("form", "the number of the list is not an integer");
  return BigInt(`0x${toHex(Uint8Array.from(value.valueBlock.valueHexView)) || "0"}`);
}

/**
 * Reads one complete list in DER. Throws PkiRefusal `form` for lists that cover less than they seem to: a delta, a
 * partial list (issuing distribution point), one for other issuers' certificates, or one with an unknown critical
 * extension.
 */
export function readList(der: Uint8Array): HeldList {
  parseWhole("the revocation list", der, MAX_LIST_BYTES);
  const parsed = parsing("the revocation list", () =>
    CertificateRevocationList.fromBER(Uint8Array.from(der)),
  );
  const extensions = parsed.crlExtensions?.extensions ?? [];
  // They must be critical (RFC 5280 sections 5.2.4, 5.2.5, 5.3.3), and narrow the list even where they are not.
  if (extensions.some(({ critical, extnID }) => critical || NARROWING.includes(extnID)))
    throw new PkiRefusal(
      "form",
      "the revocation list is of a part only, or has an unknown critical extension",
    );
  const entries = parsed.revokedCertificates ?? [];
  const ofEntries = entries.flatMap((entry) => entry.crlEntryExtensions?.extensions ?? []);
  if (ofEntries.some(({ critical, extnID }) => critical || NARROWING.includes(extnID)))
    throw new PkiRefusal(
      "form",
      "an entry of the revocation list has a critical extension or another issuer",
    );
  return {
    der,
    parsed,
    thisUpdate: parsed.thisUpdate.value,
    nextUpdate: parsed.nextUpdate?.value,
    number: numberOf(extensions),
  };
}

/** Returns whether this certificate issued the list, may issue lists, and signed it. */
export async function isListOf({ parsed }: HeldList, issuer: HeldCertificate): Promise<boolean> {
  if (!parsed.issuer.isEqual(issuer.parsed.subject) || !mayUseFor(issuer, CRL_BIT)) return false;
  const { signature, signatureAlgorithm, signatureValue, tbsView } = parsed;
  if (signature.algorithmId !== signatureAlgorithm.algorithmId) return false;
  requireSignature(signatureAlgorithm, "certificate");
  const key = issuer.parsed.subjectPublicKeyInfo;
  try {
    return await getCrypto(true).verifyWithPublicKey(
      Uint8Array.from(tbsView),
      signatureValue,
      key,
      signatureAlgorithm,
    );
  } catch {
    // The library throws if key and algorithm do not fit. That is an invalid signature too.
    return false;
  }
}

/** Returns whether the list names the certificate, for any reason and from any time. */
export function isRevokedBy({ parsed }: HeldList, certificate: HeldCertificate): boolean {
  const { serialNumber } = certificate.parsed;
  return (parsed.revokedCertificates ?? []).some((entry) => entry.userCertificate.isEqual(serialNumber));
}

/** Returns whether one list is newer than another of the same issuer: by its time, then by its number. */
export function isNewer(one: HeldList, other: HeldList): boolean {
  const [at, than] = [one.thisUpdate.getTime(), other.thisUpdate.getTime()];
  return at === than ? (one.number ?? 0n) > (other.number ?? 0n) : at > than;
}
