import "server-only";
import { z } from "zod";
import { membersOf } from "@/lib/access/legal-authorities/authorization-record";
import { type DocumentFacts, toDocument } from "@/lib/access/legal-authorities/held-document-store";
import {
  SELECT_VERIFICATIONS,
  toVerifications,
  type Verifications,
} from "@/lib/access/legal-authorities/verification-store";
import { FactSources } from "@/lib/access/requests/authorization-schema";
import { AuthorizationState } from "@/lib/access/requests/schema";
import type { Reach } from "@/lib/authorities/selector";
import { Moment } from "@/lib/db/read-rows";
import { columnsOf, type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { AuthorizationRecord } from "@/lib/escrow/protocol/messages";
import { InstrumentKind } from "@/lib/vocabulary";

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
  /** How the requester gave each fact; undefined where the caller did not say. */
  readonly sources: FactSources | undefined;
}

const Row = z.object({
  id: z.string(),
  request_id: z.string(),
  kind: InstrumentKind,
  issuer: z.string(),
  jurisdiction: z.string(),
  case_number: z.string(),
  valid_from: Moment,
  valid_until: Moment,
  recognition_basis: z.string().nullable(),
  sealed_basis: z.string().nullable(),
  sealed_until: Moment.nullable(),
  state: AuthorizationState,
  record_digest: z.string(),
  record: AuthorizationRecord,
  document_id: z.string().nullable(),
  jws: z.string().nullable(),
  sources: FactSources.nullable(),
});

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
        ...(row.sources === undefined ? {} : { sources: JSON.parse(JSON.stringify(row.sources)) }),
      },
    ],
  });
}

/** What lists show of an authorization. The view checks its kind, so that one bad row cannot break the list. */
export interface ListedAuthority {
  readonly kind: string;
  readonly issuer: string;
  readonly caseNumber: string;
  /** It is a JWS under a registered key, which no person retypes. */
  readonly isSigned: boolean;
}

interface ListedRow {
  readonly request_id: string;
  readonly kind: string;
  readonly issuer: string;
  readonly case_number: string;
  readonly is_signed: boolean;
}

const LIST_AUTHORITIES = statement<{ readonly ids: readonly string[] }, ListedRow>("list-authorities")`
  SELECT DISTINCT ON (a.request_id) a.request_id::text, a.kind, a.issuer, a.case_number, a.jws IS NOT NULL AS is_signed
  FROM legal_authorization a WHERE a.request_id = ANY (${({ ids }) => ids}::uuid[])
  ORDER BY a.request_id, a.id DESC`;

/** Returns kind, issuer and number of the newest authorization of each request, for lists. */
export async function listAuthorities(
  { run }: Running,
  requestIds: readonly string[],
): Promise<Map<string, ListedAuthority>> {
  const rows = await run(LIST_AUTHORITIES, { ids: requestIds });
  return new Map(
    rows.map((row) => [
      row.request_id,
      {
        kind: row.kind,
        issuer: row.issuer,
        caseNumber: row.case_number,
        isSigned: row.is_signed,
      },
    ]),
  );
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

interface Attached {
  readonly document: unknown;
  readonly verifications: unknown;
}

const FIND_AUTHORIZATION = statement<{ readonly requestId: string }, Attached>("find-authorization")`
  SELECT ${columnsOf(Row, "a")},
    (SELECT json_build_object('sha256', d.sha256, 'bytes', d.bytes, 'media_type', d.media_type, 'scan', d.scan)
      FROM document d WHERE d.id = a.document_id) AS document,
    (${SELECT_VERIFICATIONS}) AS verifications
  FROM legal_authorization a WHERE a.request_id = ${({ requestId }) => requestId}::uuid ORDER BY a.id DESC LIMIT 1`;

/** Returns the newest authorization of a request; a later one replaces those before it. */
export async function findAuthorization(
  { run }: Running,
  requestId: string,
): Promise<AuthorizationRow | undefined> {
  const [record] = await run(FIND_AUTHORIZATION, { requestId });
  if (record === undefined) return undefined;
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
    document: toDocument(record.document),
    jws: row.jws ?? undefined,
    sources: row.sources ?? undefined,
    ...membersOf(row.record),
    verifications: toVerifications(record.verifications),
  };
}

const SET_STATE = statement<{ readonly id: string; readonly state: AuthorizationState }, never>(
  "set-authorization-state",
)`UPDATE legal_authorization SET state = ${({ state }) => state} WHERE id = ${({ id }) => id}::uuid`;

export async function setAuthorizationState(
  { run }: Running,
  id: string,
  state: AuthorizationState,
): Promise<void> {
  await run(SET_STATE, { id, state });
}
