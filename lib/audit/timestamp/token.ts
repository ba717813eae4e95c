import * as asn1js from "asn1js";
import { type SignerInfo, TSTInfo } from "pkijs";
import type { HeldCertificate } from "@/lib/crypto/pki/certificate";
import { membersOf, octetsOf, parseWhole, parsing } from "@/lib/crypto/pki/der";
import { PkiRefusal } from "@/lib/crypto/pki/refusal";
import { parseSignedData } from "@/lib/crypto/pki/signed-data";

export const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z$/;

/** A parsed TimeStampToken. Its content is not verified yet. */
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

/** Parses a TimeStampToken (RFC 3161 section 2.4.2, CMS of RFC 5652). Throws PkiRefusal `form`. */
export function parseToken(bytes: Uint8Array): ParsedToken {
  const { signed, certificates } = parseSignedData("the token", bytes);
  const [signer, ...others] = signed.signerInfos;
  if (signer === undefined || others.length > 0)
    throw new PkiRefusal("form", "the token does not have exactly one signer");
  const { eContentType, eContent } = signed.encapContentInfo;
  if (eContentType !== TST_INFO) throw new PkiRefusal("form", "the token holds no TSTInfo");
  const content = octetsOf("TSTInfo", eContent);
  return { content, signer, certificates, ...readInfo(content) };
}

function readInfo(content: Uint8Array): Pick<ParsedToken, "info" | "genTime" | "at"> {
  const members = membersOf("TSTInfo", parseWhole("TSTInfo", content));
  const time = members[4];
  if (!(time instanceof asn1js.GeneralizedTime)) throw new PkiRefusal("form", "TSTInfo has no time");
  const info = parsing("TSTInfo", () => TSTInfo.fromBER(Uint8Array.from(content)));
  if (info.version !== 1) throw new PkiRefusal("form", "TSTInfo is of another version");
  if ((info.extensions ?? []).some((extension) => extension.critical))
    throw new PkiRefusal("form", "TSTInfo has a critical extension");
  return { info, ...readTime(String.fromCharCode(...time.valueBlock.valueHexView)) };
}

/** GeneralizedTime in the DER form of RFC 3161: UTC, seconds, no trailing zeros. */
function readTime(text: string): Pick<ParsedToken, "genTime" | "at"> {
  const [whole, year, month, day, hour, minute, second, fraction = ""] = TIME.exec(text) ?? [];
  const at = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
  const genTime = new Date(`${at.slice(0, 23)}Z`);
  if (whole === undefined || Number.isNaN(genTime.getTime()))
    throw new PkiRefusal("form", "the time is not in UTC form");
  return { genTime, at };
}
