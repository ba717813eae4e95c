import "server-only";
import { requireUninfected } from "@/lib/access/documents/read-document";
import {
  type PreparedDocument,
  type ReceivedDocument,
  receiveDocument,
} from "@/lib/access/documents/receive-document";
import {
  acceptSignature,
  type HeldSignature,
  noteReceived,
  type OrderSignature,
  signatureDetails,
} from "@/lib/access/legal-authorities/accept-signature";
import {
  acceptSignedOrder,
  noteAttached,
  type ReceivedSignature,
} from "@/lib/access/legal-authorities/accept-signed-order";
import { authorizationRecord } from "@/lib/access/legal-authorities/authorization-record";
import { findHeldDocument, insertDocument } from "@/lib/access/legal-authorities/held-document-store";
import type { HeldOrder } from "@/lib/access/legal-authorities/signed-order";
import * as authorizations from "@/lib/access/legal-authorities/store";
import { requireUnused } from "@/lib/access/legal-authorities/use-store";
import type { AuthorizationAnswer } from "@/lib/access/requests/answer-schema";
import type { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { touchDraft } from "@/lib/access/requests/change-store";
import { loadRequest } from "@/lib/access/requests/load-request";
import { lockRequest } from "@/lib/access/requests/store";
import { authorizationView } from "@/lib/access/requests/view";
import { endOf, startOf } from "@/lib/access/rules/validity";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError, invalidField } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";

function requireValidity(facts: AuthorizationFactsBody): void {
  if (startOf(facts.valid_from) >= endOf(facts.valid_until)) {
    throw invalidField("/valid_until", "is not after valid_from");
  }
}

/** Stores the document that came with the facts. Without one, a document that is attached already stays. */
async function keepDocument(tx: Tx, cx: Context, requestId: string, received: PreparedDocument | undefined) {
  if (received === undefined) {
    const held = await findHeldDocument(tx, requestId);
    if (held !== undefined) requireUninfected(held);
    return held;
  }
  const { tenantId } = cx.instance;
  const uploadedBy = cx.principal.userId;
  await insertDocument(tx, {
    ...received,
    tenantId,
    requestId,
    uploadedBy,
  });
  return received;
}

/** What signs the order: the order itself as a JWS, or a signature over its document. */
interface Signed {
  readonly order: HeldOrder | undefined;
  readonly signature: HeldSignature | undefined;
}

async function store(
  tx: Tx,
  cx: Context,
  requestId: string,
  facts: AuthorizationFactsBody,
  document: Awaited<ReturnType<typeof keepDocument>>,
  { order, signature }: Signed,
) {
  const id = uuidv7(cx.clock.nowMs());
  const signed = order?.members ?? signature?.members;
  const record = authorizationRecord({ log: cx.instance.log, id, requestId, facts, document, signed });
  const digest = recordDigest(record);
  await authorizations.insertAuthorization(tx, {
    id,
    tenantId: cx.instance.tenantId,
    requestId,
    documentId: document?.id,
    jws: order?.jws,
    kind: facts.kind,
    issuer: facts.issuer,
    jurisdiction: facts.jurisdiction,
    caseNumber: facts.case_number,
    validFrom: startOf(facts.valid_from),
    validUntil: endOf(facts.valid_until),
    recognitionBasis: facts.recognition_basis,
    sealed: facts.sealed && { basis: facts.sealed.basis, until: endOf(facts.sealed.until) },
    recordDigest: digest,
    record,
    sources: facts.sources,
  });
  const of = { authorizationId: id, requestId };
  if (order !== undefined) await noteAttached(tx, cx, of, order);
  if (signature !== undefined) await noteReceived(tx, cx, of, signature);
  await requireUnused(tx, id);
  return { id, digest };
}

/**
 * Returns the signed order, or what signs the document. Both together would be two statements about one order, so they
 * are refused.
 */
async function receiveSigned(
  tx: Tx,
  cx: Context,
  requestId: string,
  facts: AuthorizationFactsBody,
  parts: Parts,
) {
  const { received, file, jws, signed } = parts;
  if (jws !== undefined && signed.cms !== undefined)
    throw invalidField("/cms", "comes with a JWS, but an order is signed in one way only");
  const isCorrection = received === undefined && jws === undefined && signed.cms === undefined;
  const held = isCorrection ? await authorizations.findHeldJws(tx, requestId) : undefined;
  const order = await acceptSignedOrder(tx, cx, facts, { requestId, given: jws, held });
  if (order !== undefined) return { order, signature: undefined };
  const document =
    received === undefined || file === undefined
      ? undefined
      : { bytes: file.bytes, mediaType: received.mediaType };
  const signature = await acceptSignature(tx, cx, { requestId, facts, received: document, signed });
  return { order: undefined, signature };
}

/**
 * Order, document and record. A JWS needs no document with it. Facts without either correct what is attached already.
 */
async function takeIn(tx: Tx, cx: Context, requestId: string, facts: AuthorizationFactsBody, parts: Parts) {
  const { received } = parts;
  // Before its signature is checked: a document in which the scanner found malware is not opened.
  const document = await keepDocument(tx, cx, requestId, received);
  const signed = await receiveSigned(tx, cx, requestId, facts, parts);
  const { order, signature } = signed;
  if (document === undefined && order === undefined) throw invalidField("/document", "is missing");
  const { id, digest } = await store(
    tx,
    cx,
    requestId,
    { ...(order?.facts ?? facts), sources: facts.sources },
    document,
    signed,
  );
  const details = {
    authorization: id,
    record: digest,
    kind: facts.kind,
    ...(facts.sources === undefined ? {} : { sources: JSON.parse(JSON.stringify(facts.sources)) }),
    ...(document === undefined
      ? {}
      : { sha256: document.sha256, bytes: document.bytes, scan: document.scan }),
    ...(received?.engine === undefined ? {} : { scanner: received.engine }),
    ...(order === undefined ? {} : { signature: { ...order.members.signature } }),
    ...(signature === undefined ? {} : { signature: signatureDetails(signature) }),
  };
  return { id, details };
}

interface Parts {
  readonly received: PreparedDocument | undefined;
  readonly file: ReceivedDocument | undefined;
  readonly jws: ReceivedSignature | undefined;
  readonly signed: OrderSignature;
}

/**
 * Attaches the legal authority to a draft, for the requester. A later one replaces an earlier one. Facts that come
 * without a document correct those of the document and signature that are attached already. A JWS order must pass on
 * arrival (`authorization.signature`) and needs no document with it. A CMS over the document may not fail. The result
 * for a signature inside a PDF is only recorded. A single-use order that has served another request of the agency is
 * refused (`authorization.used`).
 */
export async function attachAuthorization(
  cx: Context,
  requestId: string,
  facts: AuthorizationFactsBody,
  file: ReceivedDocument | undefined,
  jws?: ReceivedSignature,
  signed: OrderSignature = {},
): Promise<AuthorizationAnswer> {
  requireValidity(facts);
  const received = file === undefined ? undefined : await receiveDocument(cx, requestId, file);
  const { entry, row, version } = await inTransaction(cx, async (tx) => {
    // Before the state is read: this waits for a submission that has begun, which then refuses this call.
    await lockRequest(tx, requestId);
    const { permit, row: request } = await loadRequest(tx, cx, requestId, "request.change");
    if (request.state !== "draft") {
      throw new DomainError("request.illegal-transition", {
        detail: "A legal authority can only be attached to a draft.",
      });
    }
    const taken = await takeIn(tx, cx, requestId, facts, { received, file, jws, signed });
    const appended = await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "authorization.attach",
      subjects: [`authorization:${taken.id}`, `request:${requestId}`],
      caseId: requestId,
      caseDetails: taken.details,
      index: { requestId },
    });
    const changed = await touchDraft(tx, permit, request, cx.clock.now());
    return {
      entry: appended,
      row: await authorizations.findAuthorization(tx, requestId),
      version: changed,
    };
  });
  if (row === undefined) throw new InvariantError("a stored authorization is missing");
  return { ...authorizationView(row), request_version: version, receipt: await issueReceipt(cx, entry) };
}
