import "server-only";
import { openDocument, type SealedDocument } from "@/lib/access/documents/seal-document";
import type { Context } from "@/lib/context/context";
import { type Running, statement } from "@/lib/db/statement";

/** What a signature check rests on in addition to the document and the registry. */
export interface Evidence {
  /** The CMS that came with the document, DER. */
  readonly cms: Uint8Array | undefined;
  /** Revocation lists that came with the order, or that a check used. */
  readonly lists: readonly Uint8Array[];
}

export const NO_EVIDENCE: Evidence = { cms: undefined, lists: [] };

export type EvidenceRow = SealedDocument & {
  readonly id: string;
  readonly tenantId: string;
  readonly authorizationId: string;
  readonly requestId: string;
  readonly kind: "cms" | "crl";
  readonly bytes: number;
  readonly at: Date;
};

const INSERT = statement<EvidenceRow, never>("insert-evidence")`
  INSERT INTO authorization_evidence (id, tenant_id, authorization_id, request_id, kind, sha256, bytes, dek_sealed, iv,
    ciphertext, tag, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ authorizationId }) => authorizationId}::uuid,
    ${({ requestId }) => requestId}::uuid, ${({ kind }) => kind}, ${({ sha256 }) => sha256}, ${({ bytes }) => bytes}::int,
    ${({ dekSealed }) => dekSealed}::bytea, ${({ iv }) => iv}::bytea, ${({ ciphertext }) => ciphertext}::bytea,
    ${({ tag }) => tag}::bytea, ${({ at }) => at}::timestamptz)`;

export async function insertEvidence({ run }: Running, rows: readonly EvidenceRow[]): Promise<void> {
  await Promise.all(rows.map((row) => run(INSERT, row)));
}

type StoredEvidence = Pick<EvidenceRow, "id" | "kind" | "sha256" | "iv" | "ciphertext" | "tag"> & {
  readonly dek_sealed: Uint8Array;
};

const LIST = statement<{ readonly authorizationId: string }, { readonly sha256: string }>("list-evidence")`
  SELECT sha256 FROM authorization_evidence WHERE authorization_id = ${({ authorizationId }) => authorizationId}::uuid`;

const READ = statement<{ readonly authorizationId: string }, StoredEvidence>("read-evidence")`
  SELECT id, kind, sha256, dek_sealed, iv, ciphertext, tag FROM authorization_evidence
  WHERE authorization_id = ${({ authorizationId }) => authorizationId}::uuid ORDER BY id`;

/** Digests of what is kept with an authorization. */
export async function listEvidence({ run }: Running, authorizationId: string): Promise<ReadonlySet<string>> {
  const rows = await run(LIST, { authorizationId });
  return new Set(rows.map(({ sha256 }) => sha256));
}

/**
 * Returns what is kept with an authorization, decrypted. Throws `authorization.invalid` when it does not match its
 * digest.
 */
export async function openEvidence(
  { run }: Running,
  { keystore }: Pick<Context, "keystore">,
  authorizationId: string,
): Promise<Evidence> {
  const rows = await run(READ, { authorizationId });
  const opened = rows.map(({ id, kind, sha256, dek_sealed: dekSealed, iv, ciphertext, tag }) => ({
    kind,
    bytes: openDocument(keystore, id, { sha256, dekSealed, iv, ciphertext, tag }),
  }));
  return {
    cms: opened.find(({ kind }) => kind === "cms")?.bytes,
    lists: opened.filter(({ kind }) => kind === "crl").map(({ bytes }) => bytes),
  };
}
