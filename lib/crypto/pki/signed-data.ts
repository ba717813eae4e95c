import * as asn1js from "asn1js";
import { ContentInfo, getCrypto, SignedData, type SignerInfo } from "pkijs";
import { requireSignature } from "./algorithms";
import { type HeldCertificate, readCertificate } from "./certificate";
import { copyOf, isTagged, membersOf, parseWhole, parsing } from "./der";
import { PkiRefusal } from "./refusal";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const BARE_RSA = "1.2.840.113549.1.1.1";
const MAX_CERTIFICATES = 16;
const MAX_LISTS = 8;

/** Parsed SignedData of CMS (RFC 5652). No part of it is verified yet. */
export interface ParsedSignedData {
  readonly signed: SignedData;
  /** Certificates and revocation lists with their original bytes. A copy written by the library might differ. */
  readonly certificates: readonly HeldCertificate[];
  readonly lists: readonly Uint8Array[];
}

/** Parses a ContentInfo that contains exactly SignedData. `what` is its name in messages. Throws PkiRefusal `form`. */
export function parseSignedData(what: string, bytes: Uint8Array, most?: number): ParsedSignedData {
  const [, wrapped] = membersOf(what, parseWhole(what, bytes, most));
  const [signedData] = membersOf(`the content of ${what}`, wrapped);
  const members = membersOf("the signed data", signedData);
  const signed = parsing(what, () => {
    const info = ContentInfo.fromBER(Uint8Array.from(bytes));
    if (info.contentType !== SIGNED_DATA) throw new PkiRefusal("form", `${what} is not signed data`);
    return new SignedData({ schema: info.content });
  });
  return {
    signed,
    certificates: sequencesOf("certificates", members, 0, MAX_CERTIFICATES).map(readCertificate),
    lists: sequencesOf("revocation lists", members, 1, MAX_LISTS),
  };
}

/** Returns the plain members of the set under this tag. Other forms of certificates and lists have their own tags. */
function sequencesOf(
  what: string,
  of: ReturnType<typeof membersOf>,
  tag: number,
  most: number,
): Uint8Array[] {
  const set = of.find((member) => isTagged(member, tag));
  if (set === undefined) return [];
  const members = membersOf(`the ${what}`, set);
  if (members.length > most) throw new PkiRefusal("form", `too many ${what}`);
  return members
    .filter((member) => member instanceof asn1js.Sequence)
    .map((member) => copyOf(member.valueBeforeDecodeView));
}

/** Requires that the signer's key signed the signed attributes. Throws PkiRefusal `algorithm` or `signature`. */
export async function requireSigned(signer: SignerInfo, certificate: HeldCertificate): Promise<void> {
  const { signedAttrs, signature, signatureAlgorithm, digestAlgorithm } = signer;
  if (signedAttrs === undefined) throw new PkiRefusal("signature", "nothing is signed");
  requireSignature(signatureAlgorithm, "signer");
  const engine = getCrypto(true);
  const isBareRsa = signatureAlgorithm.algorithmId === BARE_RSA;
  const hash = isBareRsa ? engine.getAlgorithmByOID(digestAlgorithm.algorithmId, true).name : undefined;
  const key = certificate.parsed.subjectPublicKeyInfo;
  let isValid = false;
  try {
    isValid = await engine.verifyWithPublicKey(
      signedAttrs.encodedValue,
      signature,
      key,
      signatureAlgorithm,
      hash,
    );
  } catch (cause) {
    throw new PkiRefusal("signature", "the signature cannot be checked", { cause });
  }
  if (!isValid) throw new PkiRefusal("signature", "the signature is not valid");
}
