import "server-only";
import { documentType } from "@/lib/access/documents/document-type";
import { type SealedDocument, sealDocument } from "@/lib/access/documents/seal-document";
import { insertDocument } from "@/lib/access/legal-authorities/held-document-store";
import { loadRequest } from "@/lib/access/requests/load-request";
import type { ScanState } from "@/lib/access/requests/schema";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context, Verdict } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** A file as the HTTP layer has read it: whole, counted against Content-Length, at most 20 MB. */
export interface ReceivedDocument {
  readonly filename: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Digest computed while the file arrived, base64url. The sealed bytes must match it. */
  readonly sha256?: string;
}

/** A document of a known form, scanned where a scanner exists, encrypted and ready to be stored. */
export interface PreparedDocument extends SealedDocument {
  readonly id: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly scan: ScanState;
  /** The scanner that scanned it, if any. */
  readonly engine?: string;
}

async function requireDraft(tx: Tx, cx: Context, requestId: string): Promise<void> {
  const { row } = await loadRequest(tx, cx, requestId, "request.change");
  if (row.state !== "draft") {
    throw new DomainError("request.illegal-transition", {
      detail: "A legal authority can only be attached to a draft.",
    });
  }
}

async function look(cx: Context, bytes: Uint8Array): Promise<Verdict | undefined> {
  const verdict = await cx.scanner?.scan(bytes);
  if (verdict?.kind === "away")
    cx.logger.warn({ reason: verdict.reason }, "document not scanned; it waits for the scanner");
  return verdict;
}

function stateOf(verdict: Verdict | undefined): ScanState {
  if (verdict === undefined) return "not scanned";
  return verdict.kind === "away" ? "pending" : verdict.kind;
}

/** Keeps an infected document as evidence in quarantine, with its own entry. Then the upload is refused. */
async function quarantine(
  cx: Context,
  requestId: string,
  document: PreparedDocument,
  found: string,
): Promise<never> {
  await inTransaction(cx, async (tx) => {
    await lockRequest(tx, requestId);
    await requireDraft(tx, cx, requestId);
    await insertDocument(tx, {
      ...document,
      tenantId: cx.instance.tenantId,
      requestId,
      uploadedBy: cx.principal.userId,
    });
    await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "document.quarantine",
      subjects: [`document:${document.id}`, `request:${requestId}`],
      caseId: requestId,
      caseDetails: {
        document: document.id,
        sha256: document.sha256,
        bytes: document.bytes,
        found,
        scanner: document.engine ?? "",
      },
      index: { requestId },
    });
  });
  throw new DomainError("document.infected", {
    detail: `The scanner found ${found}. The document was not attached. It is in quarantine and cannot be opened.`,
    extra: { found },
  });
}

/**
 * Takes a document for a draft of the caller's: form, scan, encryption. No database connection is held during the scan
 * or while 20 MB are encrypted. Without a scanner the document is "not scanned". While the scanner is away it is
 * "pending", and its request will wait. Throws the refusals of `documentType`, and `document.infected`.
 */
export async function receiveDocument(
  cx: Context,
  requestId: string,
  file: ReceivedDocument,
): Promise<PreparedDocument> {
  await inSnapshot(cx, (tx) => requireDraft(tx, cx, requestId));
  const mediaType = documentType(file);
  const verdict = await look(cx, file.bytes);
  const id = uuidv7(cx.clock.nowMs());
  const sealed = sealDocument(cx.keystore, id, file.bytes);
  if (file.sha256 !== undefined && file.sha256 !== sealed.sha256)
    throw new DomainError("document.truncated", {
      detail: "The received document does not match its digest.",
    });
  const scan = stateOf(verdict);
  const engine = verdict === undefined || verdict.kind === "away" ? {} : { engine: verdict.engine };
  const document = { ...sealed, id, bytes: file.bytes.length, mediaType, scan, ...engine };
  if (verdict?.kind === "infected") return quarantine(cx, requestId, document, verdict.found);
  return document;
}
