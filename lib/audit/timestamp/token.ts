import * as asn1js from "asn1js";
import { ContentInfo, SignedData, type SignerInfo, TSTInfo } from "pkijs";
import { type HeldCertificate, readCertificate } from "./certificate";
import { copyOf, isTagged, membersOf, octetsOf, parseWhole, parsing } from "./der";
import { TimeStampRefusal } from "./refusal";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const MAX_CERTIFICATES = 16;
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/;

/** A TimeStampToken taken apart; nothing in it is believed yet. */
export interface ParsedToken {
  /** The DER bytes of TSTInfo, which the signature covers by their digest. */
  readonly content: Uint8Array;
  readonly info: TSTInfo;
  readonly genTime: Date;
  /** genTime as `YYYY-MM-DDTHH:MM:SS.ffffffZ`; finer digits are cut. */
  readonly at: string;
  readonly signer: SignerInfo;
  readonly certificates: readonly HeldCertificate[];
}

/** Parses a TimeStampToken (RFC 3161 section 2.4.2, CMS of RFC 5652). Throws TimeStampRefusal `form`. */
export function parseToken(bytes: Uint8Array): ParsedToken {
  const outer = parseWhole("the token", bytes);
  const certificates = certificatesOf(outer);
  const signed = parsing("the token", () => {
    const info = ContentInfo.fromBER(Uint8Array.from(bytes));
    if (info.contentType !== SIGNED_DATA) throw new TimeStampRefusal("form", "the token is no signed data");
    return new SignedData({ schema: info.content });
  });
  const [signer, ...others] = signed.signerInfos;
  if (signer === undefined || others.length > 0)
    throw new TimeStampRefusal("form", "a token has exactly one signer");
  const { eContentType, eContent } = signed.encapContentInfo;
  if (eContentType !== TST_INFO) throw new TimeStampRefusal("form", "the token holds no TSTInfo");
  const content = octetsOf("TSTInfo", eContent);
  return { content, signer, certificates, ...readInfo(content) };
}

/** The certificates with the bytes they came in: a copy that the library wrote anew might differ. */
function certificatesOf(outer: unknown): HeldCertificate[] {
  const [, wrapped] = membersOf("the token", outer);
  const [signedData] = membersOf("the token's content", wrapped);
  const set = membersOf("the signed data", signedData).find((member) => isTagged(member, 0));
  if (set === undefined) return [];
  const members = membersOf("the certificates", set);
  if (members.length > MAX_CERTIFICATES) throw new TimeStampRefusal("form", "too many certificates");
  return members
    .filter((member) => member instanceof asn1js.Sequence)
    .map((member) => readCertificate(copyOf(member.valueBeforeDecodeView)));
}

function readInfo(content: Uint8Array): Pick<ParsedToken, "info" | "genTime" | "at"> {
  const members = membersOf("TSTInfo", parseWhole("TSTInfo", content));
  const time = members[4];
  if (!(time instanceof asn1js.GeneralizedTime)) throw new TimeStampRefusal("form", "TSTInfo has no time");
  const info = parsing("TSTInfo", () => TSTInfo.fromBER(Uint8Array.from(content)));
  if (info.version !== 1) throw new TimeStampRefusal("form", "TSTInfo is of another version");
  if ((info.extensions ?? []).some((extension) => extension.critical))
    throw new TimeStampRefusal("form", "TSTInfo has a critical extension");
  return { info, ...readTime(String.fromCharCode(...time.valueBlock.valueHexView)) };
}

/** GeneralizedTime in the DER form of RFC 3161: UTC, seconds, no trailing zeros. */
function readTime(text: string): Pick<ParsedToken, "genTime" | "at"> {
  const [whole, year, month, day, hour, minute, second, fraction = ""] = TIME.exec(text) ?? [];
  const at = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
  const genTime = new Date(`${at.slice(0, 23)}Z`);
  if (whole === undefined || Number.isNaN(genTime.getTime()))
    throw new TimeStampRefusal("form", "the time is not in UTC form");
  return { genTime, at };
}
