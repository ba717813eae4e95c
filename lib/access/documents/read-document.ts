import "server-only";
import { requireReadable } from "@/lib/access/documents/readable";
import { openDocument } from "@/lib/access/documents/seal-document";
import { findAuthorization, findDocumentBytes } from "@/lib/access/legal-authorities/store";
import { loadRequest } from "@/lib/access/requests/load-request";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { fromBase64url, toBase64 } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

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
 * The order itself, for its uploader and for those who may know of the request. Checked against its digest, written
 * down before a byte leaves, and sent as an attachment that no browser runs (the sandbox stands in every answer of
 * the API). Nobody here has rendered it.
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
        // RFC 9530: the same digest that stands in the record and in the log.
        "repr-digest": `sha-256=:${toBase64(fromBase64url(document.sha256))}:`,
      },
    }),
  };
}
