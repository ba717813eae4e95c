import "server-only";
import { z } from "zod";
import { membersOf } from "@/lib/access/legal-authorities/authorization-record";
import { findVerifications, type Verifications } from "@/lib/access/legal-authorities/verification-store";
import { AuthorizationState, ScanState } from "@/lib/access/requests/schema";
import type { Reach } from "@/lib/authorities/selector";
import type { Tx } from "@/lib/db/transaction";
import { AuthorizationRecord } from "@/lib/escrow/protocol/messages";
import { InstrumentKind } from "@/lib/vocabulary";

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

/** The legal basis of a request. `recordDigest` is what the deciders sign. */
export interface AuthorizationRow {
  readonly id: string;
  readonly requestId: string;
  readonly kind: InstrumentKind;
  readonly issuer: string;
  readonly jurisdiction: string;
  readonly caseNumber: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly recognitionBasis: string | undefined;
  readonly sealed: { readonly basis: string; readonly until: Date } | undefined;
  readonly state: AuthorizationState;
  readonly recordDigest: string;
  readonly record: AuthorizationRecord;
  readonly document: DocumentFacts | undefined;
  /** The signed order itself, as it came. */
  readonly jws: string | undefined;
  /** What a signed order reaches, according to its record; absent for a paper order. */
  readonly reach: Reach | undefined;
  /** Whether it serves one request only, according to its record. */
  readonly isSingleUse: boolean;
  readonly verifications: Verifications;
}

const Row = z.object({
  id: z.string(),
  request_id: z.string(),
  kind: InstrumentKind,
  issuer: z.string(),
  jurisdiction: z.string(),
  case_number: z.string(),
  valid_from: z.date(),
  valid_until: z.date(),
  recognition_basis: z.string().nullable(),
  sealed_basis: z.string().nullable(),
  sealed_until: z.date().nullable(),
  state: AuthorizationState,
  record_digest: z.string(),
  record: AuthorizationRecord,
  document_id: z.string().nullable(),
  jws: z.string().nullable(),
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

export async function insertAuthorization(
  tx: Tx,
  row: Omit<AuthorizationRow, "document" | "reach" | "isSingleUse" | "state" | "verifications"> & {
    readonly tenantId: string;
    readonly documentId: string | undefined;
  },
): Promise<void> {
  await tx.authorization.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        request_id: row.requestId,
        kind: row.kind,
        issuer: row.issuer,
        jurisdiction: row.jurisdiction,
        case_number: row.caseNumber,
        valid_from: row.validFrom,
        valid_until: row.validUntil,
        recognition_basis: row.recognitionBasis ?? null,
        sealed_basis: row.sealed?.basis ?? null,
        sealed_until: row.sealed?.until ?? null,
        state: "draft",
        document_id: row.documentId ?? null,
        jws: row.jws ?? null,
        record_digest: row.recordDigest,
        record: JSON.parse(JSON.stringify(row.record)),
      },
    ],
  });
}

/** What lists show of an authorization. The view checks its kind, so that one bad row cannot break the list. */
export interface ListedAuthority {
  readonly kind: string;
  readonly issuer: string;
  readonly caseNumber: string;
}

/** Returns kind, issuer and number of the newest authorization of each request, for lists. */
export async function listAuthorities(
  tx: Tx,
  requestIds: readonly string[],
): Promise<Map<string, ListedAuthority>> {
  const rows = await tx.authorization.findMany({
    where: { request_id: { in: [...requestIds] } },
    orderBy: { id: "asc" },
    select: { request_id: true, kind: true, issuer: true, case_number: true },
  });
  return new Map(
    rows.map((row) => [row.request_id, { kind: row.kind, issuer: row.issuer, caseNumber: row.case_number }]),
  );
}

async function findDocument(tx: Tx, id: string | null): Promise<DocumentFacts | undefined> {
  if (id === null) return undefined;
  const row = await tx.document.findUnique({
    where: { id },
    select: { sha256: true, bytes: true, media_type: true, scan: true },
  });
  return row === null
    ? undefined
    : { sha256: row.sha256, bytes: row.bytes, mediaType: row.media_type, scan: ScanState.parse(row.scan) };
}

/** Returns the document of the newest authorization of a request, without its bytes. */
export async function findHeldDocument(
  tx: Tx,
  requestId: string,
): Promise<(DocumentFacts & { readonly id: string }) | undefined> {
  const newest = await tx.authorization.findFirst({
    where: { request_id: requestId },
    orderBy: { id: "desc" },
    select: { document_id: true },
  });
  const id = newest?.document_id;
  const facts = await findDocument(tx, id ?? null);
  return facts === undefined || typeof id !== "string" ? undefined : { id, ...facts };
}

/** Returns the JWS that the newest authorization of a request came with. */
export async function findHeldJws(tx: Tx, requestId: string): Promise<string | undefined> {
  const newest = await tx.authorization.findFirst({
    where: { request_id: requestId },
    orderBy: { id: "desc" },
    select: { jws: true },
  });
  return newest?.jws ?? undefined;
}

/** Returns the newest authorization of a request; a later one replaces those before it. */
export async function findAuthorization(tx: Tx, requestId: string): Promise<AuthorizationRow | undefined> {
  const record = await tx.authorization.findFirst({
    where: { request_id: requestId },
    orderBy: { id: "desc" },
    omit: { cms: true },
  });
  if (record === null) return undefined;
  const row = Row.parse(record);
  return {
    id: row.id,
    requestId: row.request_id,
    kind: row.kind,
    issuer: row.issuer,
    jurisdiction: row.jurisdiction,
    caseNumber: row.case_number,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    recognitionBasis: row.recognition_basis ?? undefined,
    sealed:
      row.sealed_basis === null || row.sealed_until === null
        ? undefined
        : { basis: row.sealed_basis, until: row.sealed_until },
    state: row.state,
    recordDigest: row.record_digest,
    record: row.record,
    document: await findDocument(tx, row.document_id),
    jws: row.jws ?? undefined,
    ...membersOf(row.record),
    verifications: await findVerifications(tx, row.id),
  };
}

/** Returns the encrypted document itself, to check it against its digest. */
export async function findDocumentBytes(tx: Tx, authorizationId: string): Promise<DocumentRow | undefined> {
  const authorization = await tx.authorization.findUnique({
    where: { id: authorizationId },
    select: { document_id: true },
  });
  const id = authorization?.document_id;
  if (id === undefined || id === null) return undefined;
  const row = await tx.document.findUnique({ where: { id } });
  if (row === null) return undefined;
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

export async function setAuthorizationState(tx: Tx, id: string, state: AuthorizationState): Promise<void> {
  await tx.authorization.updateMany({ where: { id }, data: { state } });
}
