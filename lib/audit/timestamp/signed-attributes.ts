import * as asn1js from "asn1js";
import { IssuerAndSerialNumber, type SignerInfo } from "pkijs";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { digestName } from "./algorithms";
import { extensionOf, type HeldCertificate } from "./certificate";
import { membersOf, octetsOf, parseWhole } from "./der";
import { TimeStampRefusal } from "./refusal";

const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
const SUBJECT_KEY_ID = "2.5.29.14";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";

async function digest(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest(name, Uint8Array.from(bytes)));
}

/** The value of a signed attribute that may stand once and with one value only. */
function attributeOf(signer: SignerInfo, type: string): unknown {
  const found = (signer.signedAttrs?.attributes ?? []).filter((attribute) => attribute.type === type);
  const [attribute] = found;
  if (attribute === undefined) return undefined;
  if (found.length > 1 || attribute.values.length !== 1)
    throw new TimeStampRefusal("form", `the signed attribute ${type} stands more than once`);
  return attribute.values[0];
}

/**
 * The signed attributes must be of this content: its type, and its digest (RFC 5652 section 11). Throws
 * TimeStampRefusal `form`, `algorithm` or `signature`.
 */
export async function requireContent(signer: SignerInfo, content: Uint8Array): Promise<void> {
  const type = attributeOf(signer, CONTENT_TYPE);
  if (!(type instanceof asn1js.ObjectIdentifier) || type.valueBlock.toString() !== TST_INFO)
    throw new TimeStampRefusal("form", "the signed content type is not TSTInfo");
  const signed = octetsOf("the message digest", attributeOf(signer, MESSAGE_DIGEST));
  const own = await digest(digestName(signer.digestAlgorithm.algorithmId), content);
  if (!equalConstantTime(signed, own))
    throw new TimeStampRefusal("signature", "the signed digest is not that of TSTInfo");
}

interface NamedCertificate {
  readonly hash: string;
  readonly digest: Uint8Array;
}

/** What ESSCertID (RFC 2634) or ESSCertIDv2 (RFC 5035) says of the signer's certificate. */
function namedCertificate(signer: SignerInfo): NamedCertificate {
  const second = attributeOf(signer, SIGNING_CERTIFICATE_V2);
  const attribute = second ?? attributeOf(signer, SIGNING_CERTIFICATE);
  if (attribute === undefined) throw new TimeStampRefusal("signer", "no ESSCertID names the certificate");
  const [list] = membersOf("the signing certificate", attribute);
  const [first] = membersOf("the list of ESSCertID", list);
  const members = membersOf("ESSCertID", first);
  const [head] = members;
  if (second === undefined) return { hash: "SHA-1", digest: octetsOf("ESSCertID", head) };
  if (!(head instanceof asn1js.Sequence)) return { hash: "SHA-256", digest: octetsOf("ESSCertIDv2", head) };
  const [oid] = membersOf("the hash of ESSCertIDv2", head);
  if (!(oid instanceof asn1js.ObjectIdentifier))
    throw new TimeStampRefusal("form", "ESSCertIDv2 names no hash");
  return { hash: digestName(oid.valueBlock.toString()), digest: octetsOf("ESSCertIDv2", members[1]) };
}

function isNamedBySignerId(signer: SignerInfo, certificate: HeldCertificate): boolean {
  const { sid } = signer;
  const { issuer, serialNumber } = certificate.parsed;
  if (sid instanceof IssuerAndSerialNumber)
    return issuer.isEqual(sid.issuer) && serialNumber.isEqual(sid.serialNumber);
  const extension = extensionOf(certificate, SUBJECT_KEY_ID);
  const wanted: unknown = sid;
  if (extension === undefined || !(wanted instanceof asn1js.Primitive)) return false;
  const own = octetsOf("the key id", parseWhole("the key id", extension.extnValue.valueBlock.valueHexView));
  return equalConstantTime(own, Uint8Array.from(wanted.valueBlock.valueHexView));
}

/**
 * The certificate that the signed ESSCertID names, which must also be the one the signer's identifier names
 * (RFC 3161 section 2.4.2, RFC 5816). Throws TimeStampRefusal `signer` when the token does not carry it.
 */
export async function findSigner(
  signer: SignerInfo,
  certificates: readonly HeldCertificate[],
): Promise<HeldCertificate> {
  const named = namedCertificate(signer);
  for (const certificate of certificates) {
    if (!equalConstantTime(await digest(named.hash, certificate.der), named.digest)) continue;
    if (isNamedBySignerId(signer, certificate)) return certificate;
  }
  throw new TimeStampRefusal("signer", "the token does not carry the certificate it names");
}
