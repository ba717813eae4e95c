import "server-only";
import { openDocument } from "@/lib/access/documents/seal-document";
import { findDocumentBytes } from "@/lib/access/legal-authorities/held-document-store";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import { loadRequest } from "@/lib/access/requests/load-request";
import type { ScanState } from "@/lib/access/requests/schema";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { fromBase64url, toBase64 } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** Throws `document.infected` for a document in which the scanner found malware. */
export function requireUninfected(document: { readonly scan: ScanState } | undefined): void {
  if (document?.scan === "infected")
    throw new DomainError("document.infected", { detail: "The document is in quarantine. Attach another." });
}

/**
 * Throws unless people may read the document. They may when it is clean or was not scanned at all, but not while it
 * waits or is in quarantine.
 */
function requireReadable(document: { readonly scan: ScanState }): void {
  requireUninfected(document);
  if (document.scan === "pending")
    throw new DomainError("document.pending", {
      detail: "The document has not been scanned yet. Read it after the scan.",
      retryAfterSeconds: 30,
    });
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/tiff": "tif",
  "application/pkcs7-mime": "p7m",
};

async function loadDocument(cx: Context, requestId: string, authorizationId: string) {
  return inSnapshot(cx, async (tx) => {
    const { row } = await loadRequest(tx, cx, requestId, "request.read");
    const newest = await findAuthorization(tx, requestId);
    const document =
      newest?.id === authorizationId ? await findDocumentBytes(tx, authorizationId) : undefined;
    if (document === undefined) throw new DomainError("request-file.not-found");
    requireReadable(document);
    return { row, document };
  });
}

/**
 * Returns the order's document to its uploader and to those who may know of the request. The document is checked
 * against its digest and the read is logged before a byte leaves. It is sent as an attachment that no browser runs
 * (every answer of the API has the sandbox header). The server never renders it.
 */
export async function readDocument(
  cx: Context,
  requestId: string,
  authorizationId: string,
): Promise<{ readonly response: Response }> {
  const { row, document } = await loadDocument(cx, requestId, authorizationId);
  const bytes = openDocument(cx.keystore, document.id, document);
  await recordEvent(cx, {
    class: "access",
    outcome: "done",
    action: "document.read",
    subjects: [],
    caseId: requestId,
    caseDetails: { authorization: authorizationId, sha256: document.sha256, bytes: bytes.length },
    index: { requestId },
  });
  const name = `order-${row.reference}.${EXTENSIONS[document.mediaType] ?? "bin"}`;
  return {
    response: new Response(Uint8Array.from(bytes), {
      headers: {
        "content-type": document.mediaType,
        "content-length": String(bytes.length),
        "content-disposition": `attachment; filename="${name}"`,
        // RFC 9530: the same digest as in the record and in the log.
        "repr-digest": `sha-256=:${toBase64(fromBase64url(document.sha256))}:`,
      },
    }),
  };
}
