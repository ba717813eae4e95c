import type { SignerInfo } from "pkijs";
import { equalConstantTime, toBase64url, toHex } from "@/lib/crypto/bytes";
import { type HeldCertificate, readCertificate, subjectOf } from "@/lib/crypto/pki/certificate";
import { copyOf, octetsOf } from "@/lib/crypto/pki/der";
import { type PkiFault, PkiRefusal } from "@/lib/crypto/pki/refusal";
import { type HeldList, readList } from "@/lib/crypto/pki/revocation-list";
import { findSigner, requireContent } from "@/lib/crypto/pki/signed-attributes";
import { type ParsedSignedData, parseSignedData, requireSigned } from "@/lib/crypto/pki/signed-data";
import { sha256 } from "@/lib/crypto/primitives";
import { findPath } from "./certificate-path";
import { failed, passed, type ReportFacts, SignatureRefusal } from "./report";
import { checkRevocation } from "./revocation";
import type { SignatureFault, SignatureReport, UsedList } from "./schema";

/** Maximum bytes of a signature: certificates, possibly lists, and a small embedded document fit. */
export const MAX_CMS_BYTES = 1_048_576;
const DATA = "1.2.840.113549.1.7.1";

/** A signature over a document, as it was found. */
export interface DocumentSignature {
  readonly method: "cms" | "pades";
  /** DER of the ContentInfo. */
  readonly cms: Uint8Array;
  /** The bytes that it must cover, in one or more pieces. */
  readonly pieces: readonly Uint8Array[];
  /** Whether the attribute that names its certificate may be absent (adbe.pkcs7.detached). */
  readonly mayBeUnnamed: boolean;
}

/** A registered trust anchor, in force at the moment of the check. */
export interface RegisteredAnchor {
  readonly id: string;
  readonly issuer: string;
  readonly jurisdiction: string;
  readonly certificate: Uint8Array;
}

/** The data that a signature is checked against. */
export interface Trust {
  readonly at: Date;
  readonly anchors: readonly RegisteredAnchor[];
  /**
   * Certificates of intermediate issuers, and revocation lists: registered, or sent with the order. None is fetched.
   */
  readonly certificates: readonly Uint8Array[];
  readonly lists: readonly Uint8Array[];
  /** The order's own claims. */
  readonly facts: { readonly issuer: string; readonly jurisdiction: string };
}

export interface DocumentCheck {
  readonly report: SignatureReport;
  /** Revocation lists on which the result is based, also if the check failed. */
  readonly used: readonly Uint8Array[];
}

const FAULTS: Readonly<Record<PkiFault, SignatureFault>> = {
  form: "form",
  signer: "signing-certificate",
  usage: "certificate-usage",
  chain: "no-chain",
  algorithm: "algorithm",
  content: "document",
  signature: "altered",
};

/** Returns refusals of the X.509 and CMS readers as this feature's own. Rethrows all other errors. */
export function asRefusal(error: unknown): SignatureRefusal {
  if (error instanceof SignatureRefusal) return error;
  if (!(error instanceof PkiRefusal)) throw error;
  const text = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  return new SignatureRefusal(FAULTS[error.fault], text, { cause: error });
}

function onlySigner({ signed }: ParsedSignedData): SignerInfo {
  const [signer, another] = signed.signerInfos;
  if (signer === undefined) throw new SignatureRefusal("no-signer", "It has no signature.");
  if (another !== undefined)
    throw new SignatureRefusal(
      "several-signers",
      "It has several signatures and does not say which one counts.",
    );
  if (signer.signedAttrs === undefined)
    throw new SignatureRefusal(
      "signed-attributes",
      "It has no signed attributes, so it does not say what was signed.",
    );
  return signer;
}

/** Checks that content inside the signature equals the document, to the byte; a signature inside a PDF has none. */
function requireOuterContent({ signed }: ParsedSignedData, { method, pieces }: DocumentSignature): void {
  const { eContentType, eContent } = signed.encapContentInfo;
  if (eContentType !== DATA) throw new SignatureRefusal("form", "It does not sign a document.");
  if (eContent === undefined) return;
  const inner = octetsOf("the embedded content", eContent);
  const [whole, more] = pieces;
  const isSame = whole !== undefined && more === undefined && equalConstantTime(inner, whole);
  if (method === "pades" || !isSame)
    throw new SignatureRefusal("embedded", "It contains a document that differs from the attached one.");
}

async function requireAttributes(signer: SignerInfo, { pieces }: DocumentSignature): Promise<void> {
  try {
    await requireContent(signer, { type: DATA, name: "the document", pieces });
  } catch (error) {
    if (!(error instanceof PkiRefusal) || error.fault !== "form") throw error;
    throw new SignatureRefusal("signed-attributes", `${asRefusal(error).message}`, { cause: error });
  }
}

/** The facts collected before the result. */
interface Found {
  certificate?: HeldCertificate;
  used: readonly HeldList[];
  anchor?: RegisteredAnchor;
}

/** Returns readable lists. An unreadable one counts as absent, and the check then reports a missing list. */
function readableLists(lists: readonly Uint8Array[]): HeldList[] {
  return lists.flatMap((der) => {
    try {
      return [readList(der)];
    } catch (error) {
      if (error instanceof PkiRefusal) return [];
      throw error;
    }
  });
}

function anchorFor(trust: Trust, top: HeldCertificate | undefined): RegisteredAnchor {
  const { facts, anchors } = trust;
  const registered = anchors.filter(
    ({ certificate }) => top !== undefined && equalConstantTime(certificate, top.der),
  );
  const fitting = registered.find(
    ({ issuer, jurisdiction }) => issuer === facts.issuer && jurisdiction === facts.jurisdiction,
  );
  if (fitting !== undefined) return fitting;
  throw new SignatureRefusal(
    "issuer",
    "The order names one issuer, but the trust anchor is registered for another.",
  );
}

async function judge(signature: DocumentSignature, trust: Trust, found: Found): Promise<void> {
  const parsed = parseSignedData("the signature", signature.cms, MAX_CMS_BYTES);
  const signer = onlySigner(parsed);
  requireOuterContent(parsed, signature);
  await requireAttributes(signer, signature);
  const certificate = await findSigner(signer, parsed.certificates, signature.mayBeUnnamed);
  found.certificate = certificate;
  await requireSigned(signer, certificate);
  const others = [...parsed.certificates, ...trust.certificates.map(readCertificate)];
  const anchors = trust.anchors.map((anchor) => readCertificate(anchor.certificate));
  const path = await findPath(certificate, { anchors, others }, trust.at);
  const revocation = await checkRevocation(path, readableLists([...trust.lists, ...parsed.lists]), trust.at);
  found.used = revocation.used;
  if (revocation.fault !== undefined) throw revocation.fault;
  found.anchor = anchorFor(trust, path.at(-1));
}

/** Returns a certificate's name for people, e.g. `CN=Authority, O=Example`. */
export function distinguishedName(subject: HeldCertificate["parsed"]["subject"]): string {
  return subjectOf({ parsed: { subject } });
}

function usedList({ der, parsed, number, thisUpdate, nextUpdate }: HeldList): UsedList {
  return {
    sha256: toBase64url(sha256(der)),
    issuer: distinguishedName(parsed.issuer),
    ...(number === undefined ? {} : { number: number.toString() }),
    this_update: thisUpdate.toISOString(),
    ...(nextUpdate === undefined ? {} : { next_update: nextUpdate.toISOString() }),
  };
}

function factsOf(signature: DocumentSignature, { certificate, used, anchor }: Found): ReportFacts {
  const { cms, method } = signature;
  return {
    ...(anchor === undefined ? {} : { authority: { id: anchor.id, issuer: anchor.issuer } }),
    ...(certificate === undefined
      ? {}
      : {
          signer: {
            subject: subjectOf(certificate),
            issuer: distinguishedName(certificate.parsed.issuer),
            serial: toHex(copyOf(certificate.parsed.serialNumber.valueBlock.valueHexView)),
            sha256: toBase64url(sha256(certificate.der)),
          },
        }),
    ...(used.length === 0 ? {} : { crls: used.map(usedList) }),
    ...(method === "pades" ? {} : { signature_sha256: toBase64url(sha256(cms)) }),
  };
}

/**
 * Returns the report on a CMS signature over a document at one moment (RFC 5652, EN 319 102-1 section 5.3 without
 * proofs of existence). It checks in this order: form and one signer, the digest of the exact bytes, the certificate
 * that its attributes name, the signature, the path to a registered anchor, the newest revocation list of each issuer,
 * then the anchor's registered issuer. Reads no clock, uses no network, and foreign bytes cannot make it throw.
 */
export async function checkDocumentSignature(
  signature: DocumentSignature,
  trust: Trust,
): Promise<DocumentCheck> {
  const found: Found = { used: [] };
  const used = () => found.used.map(({ der }) => der);
  try {
    await judge(signature, trust, found);
    const detail =
      "The signature is valid. Its certificate leads to a registered trust anchor and is on no revocation list.";
    return { report: passed(signature.method, trust.at, factsOf(signature, found), detail), used: used() };
  } catch (error) {
    const refusal = asRefusal(error);
    return { report: failed(signature.method, trust.at, refusal, factsOf(signature, found)), used: used() };
  }
}
