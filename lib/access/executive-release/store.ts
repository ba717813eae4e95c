import "server-only";
import { z } from "zod";
import { Confirms } from "@/lib/access/requests/schema";
import { columnsOf, type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { ReleaseStatement, type ReleaseTerms } from "@/lib/escrow/protocol/release-statement";
import { StatementSignature } from "@/lib/escrow/protocol/statements";

const Terms = ReleaseStatement.omit({ releaser: true });

/** Terms that two executives sign. They never change. */
export interface ReleaseRow {
  readonly id: string;
  readonly requestId: string;
  readonly terms: ReleaseTerms;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly signUntil: Date;
}

/** One executive's signature of them. */
export interface ReleaseSignatureRow {
  readonly releaseId: string;
  readonly requestId: string;
  readonly userId: string;
  readonly person: string;
  readonly comment: string;
  readonly confirms: Confirms;
  readonly signature: StatementSignature;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
  readonly at: Date;
}

const Row = z.object({
  id: z.string(),
  request_id: z.string(),
  terms: Terms,
  reason: z.string(),
  proposed_by: z.string(),
  proposed_at: z.date(),
  sign_until: z.date(),
});

const WordRow = z.object({
  release_id: z.string(),
  request_id: z.string(),
  user_id: z.string(),
  person: z.string(),
  comment: z.string(),
  confirms: Confirms,
  signature: StatementSignature,
  proof_kind: z.enum(["passkey", "ed25519", "evaluation"]),
  at: z.date(),
});

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

function toRelease(record: unknown): ReleaseRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    requestId: row.request_id,
    terms: row.terms,
    reason: row.reason,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    signUntil: row.sign_until,
  };
}

const FIND_NEWEST = statement<{ readonly requestId: string }, unknown>("find-newest-release")`
  SELECT ${columnsOf(Row, "e")} FROM executive_release e WHERE e.request_id = ${({ requestId }) => requestId}::uuid
  ORDER BY e.id DESC LIMIT 1`;

export async function insertRelease(tx: Tx, tenantId: string, row: ReleaseRow): Promise<void> {
  await tx.executive_release.createMany({
    data: [
      {
        id: row.id,
        tenant_id: tenantId,
        request_id: row.requestId,
        terms: plainJson(row.terms),
        nonce: row.terms.nonce,
        reason: row.reason,
        proposed_by: row.proposedBy,
        proposed_at: row.proposedAt,
        sign_until: row.signUntil,
      },
    ],
  });
}

export async function insertReleaseSignature(
  tx: Tx,
  tenantId: string,
  row: ReleaseSignatureRow,
): Promise<void> {
  await tx.executive_release_word.createMany({
    data: [
      {
        release_id: row.releaseId,
        user_id: row.userId,
        tenant_id: tenantId,
        request_id: row.requestId,
        person: row.person,
        comment: row.comment,
        confirms: plainJson(row.confirms),
        signature: plainJson(row.signature),
        proof_kind: row.proofKind,
        at: row.at,
      },
    ],
  });
}

/** Returns the newest release of a request; older ones are no longer valid. */
export async function findNewestRelease(
  { run }: Running,
  requestId: string,
): Promise<ReleaseRow | undefined> {
  return (await run(FIND_NEWEST, { requestId })).map(toRelease)[0];
}

export async function getRelease(tx: Tx, id: string): Promise<ReleaseRow> {
  return toRelease(await tx.executive_release.findUniqueOrThrow({ where: { id } }));
}

/** Returns its signatures, in order. */
export async function listReleaseSignatures(tx: Tx, releaseId: string): Promise<ReleaseSignatureRow[]> {
  const rows = await tx.executive_release_word.findMany({
    where: { release_id: releaseId },
    orderBy: [{ at: "asc" }, { user_id: "asc" }],
  });
  return rows.map((record) => {
    const row = WordRow.parse(record);
    return {
      releaseId: row.release_id,
      requestId: row.request_id,
      userId: row.user_id,
      person: row.person,
      comment: row.comment,
      confirms: row.confirms,
      signature: row.signature,
      proofKind: row.proof_kind,
      at: row.at,
    };
  });
}
