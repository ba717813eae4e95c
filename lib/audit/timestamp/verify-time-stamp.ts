// timestamp/ requests and verifies RFC 3161 time stamps of checkpoints. ask-authority.ts requests one, imprint.ts says
// which bytes it covers, verify-time-stamp.ts verifies it offline, chain.ts checks certificates. Always true: a stamp
// is stored only after verification, and untrusted bytes never make the verifier throw.

import { equalConstantTime, toHex } from "@/lib/crypto/bytes";
import { SHA256_OID } from "@/lib/crypto/pki/algorithms";
import {
  type HeldCertificate,
  pemCertificates,
  readCertificate,
  subjectOf,
} from "@/lib/crypto/pki/certificate";
import { copyOf } from "@/lib/crypto/pki/der";
import { type PkiFault, PkiRefusal } from "@/lib/crypto/pki/refusal";
import { findSigner, requireContent } from "@/lib/crypto/pki/signed-attributes";
import { requireSigned } from "@/lib/crypto/pki/signed-data";
import { requireChain, requireStampingUsage } from "./chain";
import { type ParsedToken, parseToken, TST_INFO } from "./token";

/**
 * Why a time stamp is not accepted. A `PkiFault` is a fault of its signature. `imprint`: it covers other bytes.
 * `nonce`, `policy`: it differs from the request.
 */
export type TimeStampFault = Exclude<PkiFault, "content"> | "imprint" | "nonce" | "policy";

/** A time stamp that is not accepted, with the reason. */
export class TimeStampRefusal extends Error {
  override readonly name = "TimeStampRefusal";
  constructor(
    readonly fault: TimeStampFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The facts in a verified time stamp. */
export interface TimeStampFacts {
  /** When the authority saw the imprint, `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
  readonly at: string;
  /** The authority's policy, an object identifier. */
  readonly policy: string;
  readonly serialHex: string;
  /** Subject of the authority's certificate. */
  readonly authority: string;
}

/** What the request contained in addition to the imprint. A stored token is checked without it. */
export interface ExpectedTimeStamp {
  /** Content bytes of the nonce INTEGER. */
  readonly nonce?: Uint8Array;
  readonly policy?: string;
}

export type TimeStampCheck =
  | ({ readonly ok: true } & TimeStampFacts)
  | { readonly ok: false; readonly fault: TimeStampFault; readonly detail: string };

/**
 * Checks a TimeStampToken (RFC 3161) for a SHA-256 imprint of 32 bytes against trusted certificates in PEM form:
 * imprint, nonce and policy where expected, ESSCertID, the certificate's usage, its path to a trusted certificate
 * valid at the stamped time, and the signature. It uses no clock and no network, so it does not check revocation.
 * Runs in Node and in browsers (WebCrypto). Untrusted bytes never make it throw.
 */
export async function verifyTimeStamp(
  token: Uint8Array,
  imprint: Uint8Array,
  trustedPem: readonly string[],
  expected: ExpectedTimeStamp = {},
): Promise<TimeStampCheck> {
  try {
    const trusted = trustedPem.flatMap(pemCertificates).map(readCertificate);
    const parsed = parseToken(token);
    requireImprint(parsed, imprint);
    requireExpected(parsed, expected);
    const signer = await findSigner(parsed.signer, parsed.certificates);
    requireStampingUsage(signer);
    await requireContent(parsed.signer, { type: TST_INFO, name: "TSTInfo", pieces: [parsed.content] });
    await requireSigned(parsed.signer, signer);
    await requireChain(signer, parsed.certificates, trusted, parsed.genTime);
    return { ok: true, ...factsOf(parsed, signer) };
  } catch (error) {
    if (!(error instanceof TimeStampRefusal) && !(error instanceof PkiRefusal)) throw error;
    const { fault } = error;
    return { ok: false, fault: fault === "content" ? "signature" : fault, detail: error.message };
  }
}

function requireImprint({ info }: ParsedToken, imprint: Uint8Array): void {
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  if (hashAlgorithm.algorithmId !== SHA256_OID)
    throw new TimeStampRefusal("imprint", "the imprint is not SHA-256");
  if (!equalConstantTime(copyOf(hashedMessage.valueBlock.valueHexView), imprint))
    throw new TimeStampRefusal("imprint", "the stamp covers other bytes than these");
}

function requireExpected({ info }: ParsedToken, { nonce, policy }: ExpectedTimeStamp): void {
  if (policy !== undefined && info.policy !== policy)
    throw new TimeStampRefusal("policy", "the stamp is under another policy");
  if (nonce === undefined) return;
  const given = info.nonce === undefined ? new Uint8Array(0) : copyOf(info.nonce.valueBlock.valueHexView);
  if (!equalConstantTime(given, nonce))
    throw new TimeStampRefusal("nonce", "the stamp answers another request");
}

function factsOf({ info, at }: ParsedToken, signer: HeldCertificate): TimeStampFacts {
  return {
    at,
    policy: info.policy,
    serialHex: toHex(copyOf(info.serialNumber.valueBlock.valueHexView)),
    authority: subjectOf(signer),
  };
}
