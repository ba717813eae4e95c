import "server-only";
import type { AuthorizationAnswer } from "@/lib/access/answer-schema";
import { authorizationRecord } from "@/lib/access/authorization-record";
import * as authorizations from "@/lib/access/authorizations/store";
import { documentType } from "@/lib/access/document-type";
import { invalidField } from "@/lib/access/invalid-field";
import { loadRequest } from "@/lib/access/load-request";
import { recordingRefusals } from "@/lib/access/record-refusal";
import type { AuthorizationFactsBody } from "@/lib/access/schema";
import { sealDocument } from "@/lib/access/seal-document";
import { endOf, startOf } from "@/lib/access/validity";
import { authorizationView } from "@/lib/access/view";
import { appendEntry } from "@/lib/audit/append-entry";
import { issueReceipt } from "@/lib/audit/issue-receipt";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/statements";

/** A file as the HTTP layer has read it: whole, counted against Content-Length, at most 20 MB. */
export interface ReceivedDocument {
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Nobody has looked for malware in it, so it is never called clean. */
const NOT_SCANNED = "not scanned";

function requireValidity(facts: AuthorizationFactsBody): void {
  if (startOf(facts.valid_from) >= endOf(facts.valid_until)) {
    throw invalidField("/valid_until", "is not after valid_from");
  }
}

/** Encrypts before the database is asked for anything: no connection waits for 20 MB of cipher. */
function prepare(cx: Context, requestId: string, facts: AuthorizationFactsBody, file: ReceivedDocument) {
  const mediaType = documentType(file);
  const now = cx.clock.nowMs();
  const [id, documentId] = [uuidv7(now), uuidv7(now)];
  const sealed = sealDocument(cx.keystore, documentId, file.bytes);
  const document = { sha256: sealed.sha256, bytes: file.bytes.length, mediaType };
  const record = authorizationRecord({ log: cx.instance.log, id, requestId, facts, document });
  return { id, documentId, sealed, document, record, digest: recordDigest(record) };
}

async function store(
  tx: Tx,
  cx: Context,
  requestId: string,
  facts: AuthorizationFactsBody,
  prepared: ReturnType<typeof prepare>,
): Promise<void> {
  const { id, documentId, sealed, document, record, digest } = prepared;
  const { tenantId } = cx.instance;
  await authorizations.insertDocument(tx, {
    ...sealed,
    ...document,
    id: documentId,
    tenantId,
    requestId,
    scan: NOT_SCANNED,
    uploadedBy: cx.principal.userId,
  });
  await authorizations.insertAuthorization(tx, {
    id,
    tenantId,
    requestId,
    documentId,
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
  });
}

/** The requester attaches the legal authority to a draft. One attached later takes the place of an earlier one. */
export async function attachAuthorization(
  cx: Context,
  requestId: string,
  facts: AuthorizationFactsBody,
  file: ReceivedDocument | undefined,
): Promise<AuthorizationAnswer> {
  return recordingRefusals(cx, { action: "authorization.attach", requestId }, async () => {
    requireValidity(facts);
    if (file === undefined) throw invalidField("/document", "is missing");
    const prepared = prepare(cx, requestId, facts, file);
    const { entry, row } = await inTransaction(cx, async (tx) => {
      const { row: request } = await loadRequest(tx, cx, requestId, "request.change");
      if (request.state !== "draft") {
        throw new DomainError("request.illegal-transition", {
          detail: "A legal authority is attached to a draft.",
        });
      }
      await store(tx, cx, requestId, facts, prepared);
      const appended = await appendEntry(tx, cx, {
        class: "access",
        outcome: "done",
        action: "authorization.attach",
        subjects: [`authorization:${prepared.id}`, `request:${requestId}`],
        caseId: requestId,
        caseDetails: {
          authorization: prepared.id,
          record: prepared.digest,
          kind: facts.kind,
          sha256: prepared.document.sha256,
          bytes: prepared.document.bytes,
        },
        index: { requestId },
      });
      return { entry: appended, row: await authorizations.findAuthorization(tx, requestId) };
    });
    if (row === undefined) throw new InvariantError("an authorization was stored and is not there");
    return { ...authorizationView(row), receipt: await issueReceipt(cx, entry) };
  });
}
