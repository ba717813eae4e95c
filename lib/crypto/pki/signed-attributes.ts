import * as asn1js from "asn1js";
import { IssuerAndSerialNumber, type SignerInfo } from "pkijs";
import { concatAll, equalConstantTime } from "../bytes";
import { digestName } from "./algorithms";
import { extensionOf, type HeldCertificate } from "./certificate";
import { membersOf, octetsOf, parseWhole } from "./der";
import { PkiRefusal } from "./refusal";

const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
const SUBJECT_KEY_ID = "2.5.29.14";

async function digest(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest(name, Uint8Array.from(bytes)));
}

/** Returns the value of a signed attribute, which may occur only once and with one value. */
function attributeOf(signer: SignerInfo, type: string): unknown {
  const found = (signer.signedAttrs?.attributes ?? []).filter((attribute) => attribute.type === type);
  const [attribute] = found;
  if (attribute === undefined) return undefined;
  if (found.length > 1 || attribute.values.length !== 1)
    throw new PkiRefusal("form", `the signed attribute ${type} occurs more than once`);
  return attribute.values[0];
}

/** The content that the signed attributes must describe. */
export interface SignedContent {
  /** Its type, an object identifier, and its name in messages. */
  readonly type: string;
  readonly name: string;
  /** The complete content, in one or more pieces. */
  readonly pieces: readonly Uint8Array[];
}

/**
 * Requires that the signed attributes describe this content: its type and its digest (RFC 5652 section 11). Throws
 * PkiRefusal `form`, `algorithm`, or `content` when they describe other bytes.
 */
export async function requireContent(signer: SignerInfo, content: SignedContent): Promise<void> {
  const type = attributeOf(signer, CONTENT_TYPE);
  if (!(type instanceof asn1js.ObjectIdentifier) || type.valueBlock.toString() !== content.type)
    throw new PkiRefusal("form", `the signed content type is not ${content.name}`);
  const signed = octetsOf("the message digest", attributeOf(signer, MESSAGE_DIGEST));
  const own = await digest(digestName(signer.digestAlgorithm.algorithmId), concatAll(content.pieces));
  if (!equalConstantTime(signed, own))
    throw new PkiRefusal("content", `the signed digest is not that of ${content.name}`);
}

interface NamedCertificate {
  readonly hash: string;
  readonly digest: Uint8Array;
}

/** Returns what ESSCertID (RFC 2634) or ESSCertIDv2 (RFC 5035) says about the signer's certificate. Undefined without one. */
function namedCertificate(signer: SignerInfo): NamedCertificate | undefined {
  const second = attributeOf(signer, SIGNING_CERTIFICATE_V2);
  const attribute = second ?? attributeOf(signer, SIGNING_CERTIFICATE);
  if (attribute === undefined) return undefined;
  const [list] = membersOf("the signing certificate", attribute);
  const [first] = membersOf("the list of ESSCertID", list);
  const members = membersOf("ESSCertID", first);
  const [head] = members;
  if (second === undefined) return { hash: "SHA-1", digest: octetsOf("ESSCertID", head) };
  if (!(head instanceof asn1js.Sequence)) return { hash: "SHA-256", digest: octetsOf("ESSCertIDv2", head) };
  const [oid] = membersOf("the hash of ESSCertIDv2", head);
  if (!(oid instanceof asn1js.ObjectIdentifier)) throw new PkiRefusal("form", "ESSCertIDv2 names no hash");
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
 * Returns the certificate that the signed ESSCertID names, which must also be the one in the signer's identifier (RFC
 * 5035, RFC 5816). With `mayBeUnnamed`, a signature without an ESSCertID uses the identifier alone. Throws PkiRefusal
 * `signer` when the message does not contain it.
 */
export async function findSigner(
  signer: SignerInfo,
  certificates: readonly HeldCertificate[],
  mayBeUnnamed = false,
): Promise<HeldCertificate> {
  const named = namedCertificate(signer);
  if (named === undefined && !mayBeUnnamed)
    throw new PkiRefusal("signer", "no ESSCertID names the certificate");
  for (const certificate of certificates) {
    const isNamed =
      named === undefined || equalConstantTime(await digest(named.hash, certificate.der), named.digest);
    if (isNamed && isNamedBySignerId(signer, certificate)) return certificate;
  }
  throw new PkiRefusal("signer", "the certificate that is named does not come with the signature");
}
