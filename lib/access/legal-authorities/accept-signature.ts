import "server-only";
import { openDocument } from "@/lib/access/documents/seal-document";
import type { ReceivedSignature } from "@/lib/access/legal-authorities/accept-signed-order";
import type { DocumentMembers } from "@/lib/access/legal-authorities/authorization-record";
import { judgeDocument, requireNotRefuted } from "@/lib/access/legal-authorities/document-signature";
import { type Evidence, NO_EVIDENCE, openEvidence } from "@/lib/access/legal-authorities/evidence-store";
import { findDocumentBytes } from "@/lib/access/legal-authorities/held-document-store";
import { keepEvidence } from "@/lib/access/legal-authorities/keep-evidence";
import { noteRecheck } from "@/lib/access/legal-authorities/recheck-signature";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import type { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { type DocumentCheck, MAX_CMS_BYTES } from "@/lib/authorities/cms";
import { decodeDer, reading } from "@/lib/authorities/registry/encoded";
import type { Context } from "@/lib/context/context";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { MAX_LIST_BYTES, readList } from "@/lib/crypto/pki/revocation-list";
import { sha256 } from "@/lib/crypto/primitives";
import type { Tx } from "@/lib/db/transaction";
import { invalidField } from "@/lib/errors";

/** A signature that came with a document, each as a part of the upload. */
export interface OrderSignature {
  readonly cms?: ReceivedSignature | undefined;
  readonly crl?: ReceivedSignature | undefined;
}

/** The result of a signature check, and what it rests on. */
export interface HeldSignature {
  readonly check: DocumentCheck;
  readonly evidence: Evidence;
  readonly members: DocumentMembers | undefined;
}

const DASH = 0x2d;
/** Revocation lists that one order may bring along. More lists belong in the registry. */
const MAX_LISTS = 8;

/** Parses DER, or PEM of it. Throws `request.invalid`. */
function derOf(name: string, label: string, { bytes }: ReceivedSignature, most: number): Uint8Array {
  // PEM is a third longer than its content.
  if (bytes.length > most * 1.5) throw invalidField(`/${name}`, "is too large");
  if (bytes[0] !== DASH) return Uint8Array.from(bytes);
  return decodeDer(
    `/${name}`,
    label,
    reading(`/${name}`, () => fromUtf8(bytes)),
  );
}

function givenLists(crl: ReceivedSignature | undefined): readonly Uint8Array[] {
  if (crl === undefined) return [];
  const der = derOf("crl", "X509 CRL", crl, MAX_LIST_BYTES);
  reading("/crl", () => readList(der));
  return [der];
}

/** Returns the document of an upload, or the one that is attached already, with what is kept with that one. */
async function documentOf(tx: Tx, cx: Context, { requestId, received }: Upload) {
  if (received !== undefined) return { ...received, held: NO_EVIDENCE };
  const before = await findAuthorization(tx, requestId);
  const sealed = before === undefined ? undefined : await findDocumentBytes(tx, before.id);
  if (before === undefined || sealed === undefined) return undefined;
  const bytes = openDocument(cx.keystore, sealed.id, sealed);
  return { bytes, mediaType: sealed.mediaType, held: await openEvidence(tx, cx, before.id) };
}

interface Upload {
  readonly requestId: string;
  readonly facts: AuthorizationFactsBody;
  /** The document as it came, and its form. */
  readonly received: { readonly bytes: Uint8Array; readonly mediaType: string } | undefined;
  readonly signed: OrderSignature;
}

/**
 * Judges what signs the document of an upload: the CMS that came with it, else the signature inside a PDF. Returns
 * undefined for plain paper. Throws `authorization.signature` for a CMS that fails or whose signer was revoked.
 */
export async function acceptSignature(
  tx: Tx,
  cx: Context,
  upload: Upload,
): Promise<HeldSignature | undefined> {
  const { facts, signed } = upload;
  const lists = givenLists(signed.crl);
  const given = signed.cms === undefined ? undefined : derOf("cms", "CMS", signed.cms, MAX_CMS_BYTES);
  const document = await documentOf(tx, cx, upload);
  if (document === undefined) return undefined;
  const { bytes, mediaType, held } = document;
  const cms = given ?? held.cms;
  const evidence = { cms, lists: [...held.lists, ...lists] };
  if (lists.length > 0 && evidence.lists.length > MAX_LISTS)
    throw invalidField("/crl", "is a second signature for this order; send one");
  const check = await judgeDocument(tx, cx, { document: bytes, mediaType, facts, evidence, isHeld: false });
  if (check === undefined) {
    if (lists.length > 0) throw invalidField("/crl", "needs a signed document");
    return undefined;
  }
  requireNotRefuted(check.report, false);
  const signature = { method: "cms" as const, sha256: cms === undefined ? "" : toBase64url(sha256(cms)) };
  return { check, evidence, members: cms === undefined ? undefined : { signature } };
}

/** Keeps what signs an order with it, and records the result of the check. */
export async function noteReceived(
  tx: Tx,
  cx: Context,
  of: { readonly authorizationId: string; readonly requestId: string },
  { check, evidence }: HeldSignature,
): Promise<void> {
  await keepEvidence(tx, cx, of, evidence);
  await noteRecheck(tx, cx, of, "attach", check);
}

/** Returns what the entry of an upload contains about it. */
export function signatureDetails({ check, members }: HeldSignature): Record<string, string> {
  const { method, indication, sub_indication: sub, fault } = check.report;
  return {
    method,
    indication,
    ...(sub === undefined ? {} : { sub_indication: sub }),
    ...(fault === undefined ? {} : { fault }),
    ...(members === undefined ? {} : { sha256: members.signature.sha256 }),
  };
}
