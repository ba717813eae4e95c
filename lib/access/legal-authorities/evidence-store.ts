import "server-only";
import { openDocument, type SealedDocument } from "@/lib/access/documents/seal-document";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";

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

const own = (value: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(value);

export async function insertEvidence(tx: Tx, rows: readonly EvidenceRow[]): Promise<void> {
  await tx.authorization_evidence.createMany({
    data: rows.map((row) => ({
      id: row.id,
      tenant_id: row.tenantId,
      authorization_id: row.authorizationId,
      request_id: row.requestId,
      kind: row.kind,
      sha256: row.sha256,
      bytes: row.bytes,
      dek_sealed: own(row.dekSealed),
      iv: own(row.iv),
      ciphertext: own(row.ciphertext),
      tag: own(row.tag),
      at: row.at,
    })),
  });
}

/** Digests of what is kept with an authorization. */
export async function listEvidence(tx: Tx, authorizationId: string): Promise<ReadonlySet<string>> {
  const rows = await tx.authorization_evidence.findMany({
    where: { authorization_id: authorizationId },
    select: { sha256: true },
  });
  return new Set(rows.map(({ sha256 }) => sha256));
}

/**
 * Returns what is kept with an authorization, decrypted. Throws `authorization.invalid` when it does not match its
 * digest.
 */
export async function openEvidence(
  tx: Tx,
  { keystore }: Pick<Context, "keystore">,
  authorizationId: string,
): Promise<Evidence> {
  const rows = await tx.authorization_evidence.findMany({
    where: { authorization_id: authorizationId },
    orderBy: { id: "asc" },
  });
  const opened = rows.map(({ id, kind, sha256, dek_sealed: dekSealed, iv, ciphertext, tag }) => ({
    kind,
    bytes: openDocument(keystore, id, { sha256, dekSealed, iv, ciphertext, tag }),
  }));
  return {
    cms: opened.find(({ kind }) => kind === "cms")?.bytes,
    lists: opened.filter(({ kind }) => kind === "crl").map(({ bytes }) => bytes),
  };
}
