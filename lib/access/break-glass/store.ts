import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { BreakGlassStatement, ReviewStatement } from "@/lib/escrow/protocol/break-glass-statement";
import { StatementSignature } from "@/lib/escrow/protocol/statements";

const ProofKind = z.enum(["passkey", "ed25519", "evaluation"]);

/** One use of break-glass. It never changes. */
export interface NewBreakGlassRow {
  readonly id: string;
  readonly holderUserId: string;
  readonly reason: string;
  readonly statement: BreakGlassStatement;
  readonly signature: StatementSignature;
  readonly proofKind: z.infer<typeof ProofKind>;
  readonly beganAt: Date;
  readonly reviewBy: Date;
}

export interface NewReviewRow {
  readonly breakGlassId: string;
  readonly reviewerUserId: string;
  readonly outcome: ReviewStatement["outcome"];
  readonly comment: string;
  readonly statement: ReviewStatement;
  readonly signature: StatementSignature;
  readonly proofKind: z.infer<typeof ProofKind>;
  readonly late: boolean;
  readonly at: Date;
}

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

export async function insertBreakGlass(tx: Tx, tenantId: string, row: NewBreakGlassRow): Promise<void> {
  await tx.break_glass.createMany({
    data: [
      {
        id: row.id,
        tenant_id: tenantId,
        holder_user_id: row.holderUserId,
        reason: row.reason,
        statement: plainJson(row.statement),
        signature: plainJson(row.signature),
        proof_kind: row.proofKind,
        nonce: row.statement.nonce,
        began_at: row.beganAt,
        review_by: row.reviewBy,
      },
    ],
  });
}

export async function insertReview(tx: Tx, tenantId: string, row: NewReviewRow): Promise<void> {
  await tx.break_glass_review.createMany({
    data: [
      {
        break_glass_id: row.breakGlassId,
        tenant_id: tenantId,
        reviewer_user_id: row.reviewerUserId,
        outcome: row.outcome,
        comment: row.comment,
        statement: plainJson(row.statement),
        signature: plainJson(row.signature),
        proof_kind: row.proofKind,
        late: row.late,
        at: row.at,
      },
    ],
  });
}

const Row = z.object({
  id: z.string(),
  holder_user_id: z.string(),
  reason: z.string(),
  statement: BreakGlassStatement,
  signature: StatementSignature,
  proof_kind: ProofKind,
  began_at: z.date(),
  review_by: z.date(),
  grant_state: z.string(),
  not_after: z.date(),
  views_used: z.number(),
  is_taken: z.boolean(),
  reviewer_user_id: z.string().nullable(),
  outcome: ReviewStatement.shape.outcome.nullable(),
  comment: z.string().nullable(),
  late: z.boolean().nullable(),
  review_proof: ProofKind.nullable(),
  reviewed_at: z.date().nullable(),
});

/** A use with its grant and its review. */
export type BreakGlassRow = z.infer<typeof Row>;

const SELECT = Prisma.sql`
  SELECT e.id, e.holder_user_id, e.reason, e.statement, e.signature, e.proof_kind, e.began_at, e.review_by,
    g.state AS grant_state, g.not_after, g.views_used, g.custodian_receipt IS NOT NULL AS is_taken,
    r.reviewer_user_id, r.outcome, r.comment, r.late, r.proof_kind AS review_proof, r.at AS reviewed_at
  FROM break_glass e JOIN access_grant g ON g.break_glass_id = e.id
  LEFT JOIN break_glass_review r ON r.break_glass_id = e.id`;

export async function findBreakGlass(
  tx: Tx,
  tenantId: string,
  id: string,
): Promise<BreakGlassRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} WHERE e.tenant_id = ${tenantId}::uuid AND e.id = ${id}::uuid`,
  );
  return z.array(Row).parse(rows)[0];
}

/** Returns uses, newest first, of one person or of the whole tenant. */
export async function listBreakGlassRows(
  tx: Tx,
  page: {
    readonly tenantId: string;
    readonly holderId: string | undefined;
    readonly after: string | undefined;
    readonly limit: number;
    /** Only uses that gave something and that are not reviewed yet. */
    readonly isUnreviewed?: boolean;
  },
): Promise<Readable<BreakGlassRow>[]> {
  const own =
    page.holderId === undefined ? Prisma.empty : Prisma.sql`AND e.holder_user_id = ${page.holderId}::uuid`;
  const before = page.after === undefined ? Prisma.empty : Prisma.sql`AND e.id < ${page.after}::uuid`;
  const waiting =
    page.isUnreviewed === true
      ? Prisma.sql`AND r.break_glass_id IS NULL AND g.custodian_receipt IS NOT NULL`
      : Prisma.empty;
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} WHERE e.tenant_id = ${page.tenantId}::uuid ${own} ${before} ${waiting}
      ORDER BY e.id DESC LIMIT ${page.limit}`,
  );
  return readRows(rows, (row) => Row.parse(row));
}

/**
 * Whether a use by this person, under any of their accounts, waits for its review. Only the custodian knows whether a
 * review found it unjustified.
 */
export async function isBlocked(tx: Tx, holderUserId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM break_glass e JOIN access_grant g ON g.break_glass_id = e.id
      LEFT JOIN break_glass_review r ON r.break_glass_id = e.id
      WHERE e.holder_user_id IN (SELECT same_human(${holderUserId}::uuid)) AND r.break_glass_id IS NULL
        AND (g.state = 'pending' OR g.custodian_receipt IS NOT NULL) LIMIT 1`,
  );
  return rows.length > 0;
}

/** A statement that waits for its signature. */
export async function insertPreparedUse(
  tx: Tx,
  row: {
    readonly tenantId: string;
    readonly userId: string;
    readonly statement: BreakGlassStatement;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.statement_nonce.createMany({
    data: [
      {
        nonce: row.statement.nonce,
        tenant_id: row.tenantId,
        kind: "break-glass",
        user_id: row.userId,
        subject: `user:${row.userId}`,
        statement: plainJson(row.statement),
        expires_at: row.expiresAt,
      },
    ],
  });
}

/**
 * Returns the statement that was prepared for this person under a nonce, and deletes it. Returns undefined when none is
 * available.
 */
export async function takePreparedUse(
  tx: Tx,
  wanted: { readonly userId: string; readonly nonce: string; readonly at: Date },
): Promise<BreakGlassStatement | undefined> {
  const { userId: user_id, nonce, at } = wanted;
  const which = { nonce, user_id, kind: "break-glass", used_at: null, expires_at: { gt: at } };
  const row = await tx.statement_nonce.findFirst({ where: which });
  if (row === null) return undefined;
  const { count } = await tx.statement_nonce.updateMany({ where: which, data: { used_at: at } });
  return count === 1 ? BreakGlassStatement.parse(row.statement) : undefined;
}
