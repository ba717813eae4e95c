import "server-only";
import { z } from "zod";
import type { ReviewDecision, ReviewFacts } from "@/lib/administration/access-review/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { AccessReviewStatement, StatementSignature } from "@/lib/escrow/protocol/statements";

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** Stores a decision with what its reviewer saw. */
export async function decideRow(
  tx: Tx,
  id: string,
  given: {
    readonly decision: ReviewDecision;
    readonly reason: string | undefined;
    readonly by: string;
    readonly at: Date;
    readonly agreementId: string | undefined;
    readonly facts: ReviewFacts;
  },
): Promise<void> {
  await tx.access_review_row.updateMany({
    where: { id, signature_id: null },
    data: {
      decision: given.decision,
      reason: given.reason ?? null,
      decided_by: given.by,
      decided_at: given.at,
      agreement_id: given.agreementId ?? null,
      facts: plainJson(given.facts),
    },
  });
}

/** Keeps what a person could do at the end of a review without a decision, and which of their duties pause. */
export async function endRowUndecided(
  tx: Tx,
  id: string,
  facts: ReviewFacts,
  paused: readonly string[],
): Promise<void> {
  await tx.access_review_row.updateMany({
    where: { id, decision: null },
    data: { facts: plainJson(facts), paused: [...paused] },
  });
}

const Proof = z.enum(["passkey", "ed25519", "evaluation", "step-up"]);

const SignatureRow = z.object({
  id: z.string(),
  user_id: z.string(),
  statement: AccessReviewStatement,
  signature: StatementSignature.nullable(),
  proof_kind: Proof,
  rows: z.number(),
  at: z.date(),
});
export type SignatureRow = z.infer<typeof SignatureRow>;

/** Stores a reviewer's signature and marks the rows that it covers. */
export async function insertSignature(
  tx: Tx,
  tenantId: string,
  reviewId: string,
  signed: Omit<SignatureRow, "rows"> & { readonly rowIds: readonly string[] },
): Promise<void> {
  const { rowIds, statement, signature, ...row } = signed;
  await tx.access_review_signature.createMany({
    data: [
      {
        ...row,
        tenant_id: tenantId,
        review_id: reviewId,
        statement: plainJson(statement),
        signature: signature === null ? Prisma.DbNull : plainJson(signature),
        rows: rowIds.length,
      },
    ],
  });
  await tx.access_review_row.updateMany({
    where: { id: { in: [...rowIds] }, signature_id: null },
    data: { signature_id: row.id },
  });
}

export async function listSignatures(tx: Tx, reviewId: string): Promise<SignatureRow[]> {
  const rows = await tx.access_review_signature.findMany({
    where: { review_id: reviewId },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => SignatureRow.parse(row));
}

/** Returns how many active people have each duty. */
export async function countHolders(tx: Tx, tenantId: string): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw<{ duty: string; n: number }[]>(Prisma.sql`
    SELECT d.duty, count(*)::int AS n FROM duty d JOIN app_user u ON u.id = d.user_id
      JOIN organisation o ON o.id = u.organisation_id
    WHERE u.tenant_id = ${tenantId}::uuid AND u.state = 'active' AND o.state = 'active' GROUP BY d.duty`);
  return new Map(rows.map(({ duty, n }) => [duty, n]));
}

/** Returns reviews whose due day is over. */
export async function listDueReviews(tx: Tx, tenantId: string, now: Date): Promise<string[]> {
  const rows = await tx.access_review.findMany({
    where: { tenant_id: tenantId, state: "running", due_at: { lte: now } },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Whether a reviewer asked for the agreement in an access review. */
export async function isAskedByReview(tx: Tx, agreementId: string): Promise<boolean> {
  const row = await tx.access_review_row.findFirst({
    where: { agreement_id: agreementId },
    select: { id: true },
  });
  return row !== null;
}

/** Names the person who decides on an organisation's access in reviews; undefined for the operator's compliance. */
export async function setReviewer(tx: Tx, organisationId: string, userId: string | undefined): Promise<void> {
  await tx.organisation.updateMany({
    where: { id: organisationId },
    data: { access_reviewer_id: userId ?? null },
  });
}
