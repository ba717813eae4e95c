import "server-only";
import { z } from "zod";
import { ScanState } from "@/lib/access/requests/schema";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

/** A document as it is kept: encrypted under its own key, which the key store has sealed. */
export interface DocumentRow {
  readonly id: string;
  readonly tenantId: string;
  readonly requestId: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly scan: ScanState;
  readonly dekSealed: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  readonly uploadedBy: string;
}

export type DocumentFacts = Pick<DocumentRow, "sha256" | "bytes" | "mediaType" | "scan">;

const Document = z.object({
  sha256: z.string(),
  bytes: z.number(),
  media_type: z.string(),
  scan: ScanState,
});

const bytes = (value: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(value);

export async function insertDocument(tx: Tx, row: DocumentRow): Promise<void> {
  await tx.document.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        request_id: row.requestId,
        sha256: row.sha256,
        bytes: row.bytes,
        media_type: row.mediaType,
        scan: row.scan,
        dek_sealed: bytes(row.dekSealed),
        iv: bytes(row.iv),
        ciphertext: bytes(row.ciphertext),
        tag: bytes(row.tag),
        uploaded_by: row.uploadedBy,
      },
    ],
  });
}

/** Returns what is known of a document without its bytes, from its columns as JSON. */
export function toDocument(record: unknown): DocumentFacts | undefined {
  const row = Document.nullable().parse(record);
  if (row === null) return undefined;
  return { sha256: row.sha256, bytes: row.bytes, mediaType: row.media_type, scan: row.scan };
}

const FIND_HELD = statement<
  { readonly requestId: string },
  { readonly id: string; readonly document: unknown }
>("find-held-document")`
  SELECT d.id, row_to_json(d) AS document FROM legal_authorization a
  LEFT JOIN (SELECT id, sha256, bytes, media_type, scan FROM document) d ON d.id = a.document_id
  WHERE a.request_id = ${({ requestId }) => requestId}::uuid ORDER BY a.id DESC LIMIT 1`;

/** Returns the document of the newest authorization of a request, without its bytes. */
export async function findHeldDocument(
  { run }: Running,
  requestId: string,
): Promise<(DocumentFacts & { readonly id: string }) | undefined> {
  const [row] = await run(FIND_HELD, { requestId });
  const facts = toDocument(row?.document ?? null);
  return row === undefined || facts === undefined ? undefined : { id: row.id, ...facts };
}

interface SealedRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly request_id: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly media_type: string;
  readonly scan: string;
  readonly dek_sealed: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  readonly uploaded_by: string;
}

const FIND_DOCUMENT = statement<{ readonly authorizationId: string }, SealedRow>("find-sealed-document")`
  SELECT d.id, d.tenant_id, d.request_id, d.sha256, d.bytes, d.media_type, d.scan, d.dek_sealed, d.iv, d.ciphertext, d.tag,
    d.uploaded_by
  FROM legal_authorization a JOIN document d ON d.id = a.document_id
  WHERE a.id = ${({ authorizationId }) => authorizationId}::uuid`;

/** Returns the encrypted document itself, to check it against its digest. */
export async function findDocumentBytes(
  { run }: Running,
  authorizationId: string,
): Promise<DocumentRow | undefined> {
  const [row] = await run(FIND_DOCUMENT, { authorizationId });
  if (row === undefined) return undefined;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    requestId: row.request_id,
    sha256: row.sha256,
    bytes: row.bytes,
    mediaType: row.media_type,
    scan: ScanState.parse(row.scan),
    dekSealed: row.dek_sealed,
    iv: row.iv,
    ciphertext: row.ciphertext,
    tag: row.tag,
    uploadedBy: row.uploaded_by,
  };
}
