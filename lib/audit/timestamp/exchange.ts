import * as asn1js from "asn1js";
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from "pkijs";
import { SHA256_OID } from "@/lib/crypto/pki/algorithms";
import { copyOf, membersOf, parseWhole } from "@/lib/crypto/pki/der";
import { PkiRefusal } from "@/lib/crypto/pki/refusal";

/** The authority answered that it does not stamp. */
export class TimeStampDenied extends Error {
  override readonly name = "TimeStampDenied";
  constructor(readonly status: number) {
    super(`the authority does not stamp: status ${status}`);
  }
}

export interface TimeStampQuery {
  /** DER TimeStampReq. */
  readonly bytes: Uint8Array;
  /** Content bytes of the nonce INTEGER, which the answer must repeat. */
  readonly nonce: Uint8Array;
}

/**
 * Returns a TimeStampReq (RFC 3161 section 2.4.1) for a SHA-256 imprint that asks for the certificate. `random` is
 * eight fresh bytes. The first bit is cleared and the next set, so that the INTEGER always has eight bytes.
 */
export function timeStampQuery(imprint: Uint8Array, random: Uint8Array, policy?: string): TimeStampQuery {
  const nonce = Uint8Array.from(random);
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256_OID, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: Uint8Array.from(imprint).buffer }),
    }),
    nonce: new asn1js.Integer({ valueHex: nonce.buffer }),
    certReq: true,
    ...(policy === undefined ? {} : { reqPolicy: policy }),
  });
  return { bytes: new Uint8Array(request.toSchema().toBER(false)), nonce };
}

/**
 * Returns the token of a TimeStampResp (RFC 3161 section 2.4.2). It checks only the response's outer structure.
 * Throws TimeStampDenied for any status but granted and grantedWithMods, PkiRefusal `form` for an invalid response.
 */
export function tokenOf(response: Uint8Array): Uint8Array {
  const [info, token, ...rest] = membersOf("the answer", parseWhole("the answer", response));
  const [status] = membersOf("the answer's status", info);
  if (!(status instanceof asn1js.Integer)) throw new PkiRefusal("form", "the answer has no status");
  const code = status.valueBlock.valueDec;
  if (code !== 0 && code !== 1) throw new TimeStampDenied(code);
  if (!(token instanceof asn1js.Sequence) || rest.length > 0)
    throw new PkiRefusal("form", "the answer holds no token");
  return copyOf(token.valueBeforeDecodeView);
}
