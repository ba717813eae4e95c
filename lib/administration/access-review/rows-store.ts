import { Duty, type Duty as DutyName } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import type { Candidate, Reviewed } from "@/lib/administration/access-review/reviewers";
import { ReviewDecision, ReviewFacts, SubjectKind } from "@/lib/administration/access-review/schema";
import { AgreementState } from "@/lib/administration/agreements/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({
  id: z.string(),
  subject_kind: SubjectKind,
  subject_id: z.string(),
  owner_id: z.string(),
  organisation_id: z.string(),
  organisation: z.string(),
  is_close: z.boolean(),
  is_gone: z.boolean(),
  decision: ReviewDecision.nullable(),
  reason: z.string().nullable(),
  decided_by: z.string().nullable(),
  decided_at: z.date().nullable(),
  agreement_id: z.string().nullable(),
  agreement_state: AgreementState.nullable(),
  facts: ReviewFacts.nullable(),
  signature_id: z.string().nullable(),
  paused: z.array(Duty),
});

/** One row of a review, in the order of the review. */
export interface RowRecord extends Reviewed {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly subjectId: string;
  readonly organisation: string;
  readonly isClose: boolean;
  /** The person left or the key ended, so that no decision is needed. */
  readonly isGone: boolean;
  readonly decision: ReviewDecision | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly agreement: { readonly id: string; readonly state: AgreementState } | null;
  readonly facts: ReviewFacts | null;
  readonly signatureId: string | null;
  readonly paused: readonly DutyName[];
}

function toRow(record: unknown): RowRecord {
  const row = Row.parse(record);
  const { agreement_id: agreementId, agreement_state: state } = row;
  return {
    id: row.id,
    kind: row.subject_kind,
    subjectId: row.subject_id,
    ownerId: row.owner_id,
    organisationId: row.organisation_id,
    organisation: row.organisation,
    isClose: row.is_close,
    isGone: row.is_gone,
    decision: row.decision,
    reason: row.reason,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    agreement: agreementId === null || state === null ? null : { id: agreementId, state },
    facts: row.facts,
    signatureId: row.signature_id,
    paused: row.paused,
  };
}

/** Returns every row of a review at a moment. A review has as many as the instance has people and keys. */
export async function listRows(tx: Tx, reviewId: string, now: Date): Promise<Readable<RowRecord>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT r.id::text, r.subject_kind, r.subject_id::text, r.owner_id::text, r.organisation_id::text,
      o.name AS organisation, r.is_close,
      r.decision IS NULL AND (u.state = 'left' OR (r.subject_kind = 'program'
        AND (k.id IS NULL OR k.revoked_at IS NOT NULL OR coalesce(k.expires_at <= ${now}, false)))) AS is_gone,
      r.decision, r.reason, r.decided_by::text, r.decided_at, r.agreement_id::text,
      CASE WHEN a.state = 'open' AND a.expires_at <= ${now} THEN 'expired' ELSE a.state END AS agreement_state,
      r.facts, r.signature_id::text, r.paused
    FROM access_review_row r JOIN organisation o ON o.id = r.organisation_id JOIN app_user u ON u.id = r.owner_id
    LEFT JOIN api_key k ON r.subject_kind = 'program' AND k.id = r.subject_id
    LEFT JOIN agreement a ON a.id = r.agreement_id
    WHERE r.review_id = ${reviewId}::uuid ORDER BY r.id`);
  return readRows(rows, toRow);
}

export interface NewRow extends Reviewed {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly subjectId: string;
  readonly isClose: boolean;
}

export async function insertRows(
  tx: Tx,
  { tenantId, reviewId }: { readonly tenantId: string; readonly reviewId: string },
  rows: readonly NewRow[],
): Promise<void> {
  await tx.access_review_row.createMany({
    data: rows.map((row) => ({
      id: row.id,
      tenant_id: tenantId,
      review_id: reviewId,
      subject_kind: row.kind,
      subject_id: row.subjectId,
      owner_id: row.ownerId,
      organisation_id: row.organisationId,
      is_close: row.isClose,
    })),
  });
}

/** Returns people who may be reviewers now. */
export function listCandidates(tx: Tx, tenantId: string): Promise<Candidate[]> {
  return tx.$queryRaw<Candidate[]>(Prisma.sql`
    SELECT c.*, ARRAY(SELECT account.id::text FROM same_human(c."userId"::uuid) AS account (id)) AS accounts
    FROM (SELECT u.id::text AS "userId", u.name, u.organisation_id::text AS "organisationId",
        coalesce(o.access_reviewer_id = u.id, false) AS "isNamed",
        u.role = 'coordinator' AND o.kind = 'operator'
          AND EXISTS (SELECT 1 FROM duty d WHERE d.user_id = u.id AND d.duty = 'compliance') AS "isCompliance",
        u.role = 'admin' AND EXISTS (SELECT 1 FROM duty d WHERE d.user_id = u.id AND d.duty = 'admin') AS "isAdministrator"
      FROM app_user u JOIN organisation o ON o.id = u.organisation_id
      WHERE u.tenant_id = ${tenantId}::uuid AND u.state = 'active' AND o.state = 'active') c
    WHERE c."isNamed" OR c."isCompliance" OR c."isAdministrator" ORDER BY c."userId"`);
}
