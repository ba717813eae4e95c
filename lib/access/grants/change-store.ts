import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { type Run, type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import type { SignedReleaseEnd } from "@/lib/escrow/protocol/release-statement";
import type { GroupName, Level } from "@/lib/vocabulary";

/** A new grant's row. It begins as pending, until the custodian has it. */
export interface NewGrant {
  readonly id: string;
  readonly tenantId: string;
  /** What it rests on: exactly one of the three. */
  readonly requestId?: string;
  readonly disputeId?: string;
  readonly breakGlassId?: string;
  /** Set with the request, when executives released it. */
  readonly releaseId?: string;
  readonly authorizationId: string | undefined;
  readonly subjectUserId: string;
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly level: Level;
  readonly purpose: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly maxViews: number;
  readonly maxExports: number;
  readonly policyVersion: string;
  readonly assurance: string;
}

const INSERT = statement<NewGrant, never>("insert-grant")`
  INSERT INTO access_grant (id, tenant_id, request_id, dispute_id, break_glass_id, release_id, authorization_id,
    subject_user_id, transactions, groups, level, purpose, not_before, not_after, max_views, max_exports, state,
    policy_version, assurance)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ requestId }) => requestId ?? null}::uuid,
    ${({ disputeId }) => disputeId ?? null}::uuid, ${({ breakGlassId }) => breakGlassId ?? null}::uuid,
    ${({ releaseId }) => releaseId ?? null}::uuid, ${({ authorizationId }) => authorizationId ?? null}::uuid,
    ${({ subjectUserId }) => subjectUserId}::uuid, ${({ transactions }) => transactions}::text[],
    ${({ groups }) => groups}::text[], ${({ level }) => level}, ${({ purpose }) => purpose},
    ${({ notBefore }) => notBefore}::timestamptz, ${({ notAfter }) => notAfter}::timestamptz,
    ${({ maxViews }) => maxViews}::int, ${({ maxExports }) => maxExports}::int, 'pending',
    ${({ policyVersion }) => policyVersion}, ${({ assurance }) => assurance})`;

export async function insertGrant({ run }: Running, grant: NewGrant): Promise<void> {
  await run(INSERT, grant);
}

interface Activation {
  readonly receipt: string;
  readonly assurance: string;
  readonly terms: Pick<NewGrant, "notAfter" | "maxViews" | "maxExports">;
}

/**
 * Moves pending → active once the custodian has the grant, with terms that are not wider. Returns false when it is no
 * longer pending.
 */
export async function activateGrantRow(
  tx: Tx,
  id: string,
  { receipt, assurance, terms }: Activation,
): Promise<boolean> {
  const { notAfter, maxViews, maxExports } = terms;
  const { count } = await tx.grant.updateMany({
    where: { id, state: "pending", revoked_at: null },
    data: {
      ...{ state: "active", custodian_receipt: receipt, assurance },
      ...{ not_after: notAfter, max_views: maxViews, max_exports: maxExports },
    },
  });
  return count === 1;
}

/** Returns false when the grant is revoked, expired or used up already. */
export async function revokeGrantRow(
  tx: Tx,
  id: string,
  revocation: {
    readonly at: Date;
    /** Absent where the portal ended it on a planned day. */
    readonly by: string | undefined;
    readonly reason: string;
    /** What was signed to end an executive release. */
    readonly releaseEnd?: SignedReleaseEnd;
  },
): Promise<boolean> {
  const { count } = await tx.grant.updateMany({
    where: { id, state: { in: ["pending", "active"] }, revoked_at: null },
    data: {
      state: "revoked",
      revoked_at: revocation.at,
      revoked_by: revocation.by ?? null,
      revoke_reason: revocation.reason,
      ...(revocation.releaseEnd === undefined ? {} : { release_end: revocation.releaseEnd }),
    },
  });
  return count === 1;
}

/**
 * Stores a signature that ends, at the custodian too, a grant that had ended here without a signature. Returns false
 * when a signature is stored already.
 */
export async function addReleaseEnd(tx: Tx, id: string, releaseEnd: SignedReleaseEnd): Promise<boolean> {
  const { count } = await tx.grant.updateMany({
    where: { id, state: "revoked", release_end: { equals: Prisma.DbNull } },
    data: { release_end: releaseEnd },
  });
  return count === 1;
}

/** Records that a grant has ended by its clock or its budget; a revoked grant stays revoked. */
export async function endGrantRow(tx: Tx, id: string, state: "expired" | "exhausted"): Promise<void> {
  await tx.grant.updateMany({ where: { id, state: { in: ["pending", "active"] } }, data: { state } });
}

/**
 * Takes one export of the budget, as exactly as a view: the row's lock makes parallel calls wait, and the condition is
 * read again after that. Returns undefined when none is left or the grant is not in force at this moment.
 */
export async function takeExport(tx: Tx, id: string, at: Date): Promise<number | undefined> {
  const rows = await tx.$queryRaw<{ left: number }[]>(
    Prisma.sql`UPDATE access_grant SET exports_used = exports_used + 1
      WHERE id = ${id}::uuid AND state = 'active' AND revoked_at IS NULL AND exports_used < max_exports
        AND views_used < max_views AND not_before <= ${at} AND ${at} < not_after
      RETURNING max_exports - exports_used AS left`,
  );
  return rows[0]?.left;
}

const takenAt = ({ at }: { readonly at: Date }) => at;
const TAKE_VIEW = statement<{ readonly id: string; readonly at: Date }, { readonly left: number }>(
  "take-view",
)`
  UPDATE access_grant SET views_used = views_used + 1
  WHERE id = ${({ id }) => id}::uuid AND state = 'active' AND revoked_at IS NULL AND views_used < max_views
    AND not_before <= ${takenAt} AND ${takenAt} < not_after
  RETURNING max_views - views_used AS left`;

/**
 * Takes one view of the budget. The row lock makes parallel calls wait for each other, and the condition is read again
 * after the wait, so exactly `max_views` calls succeed. Returns undefined when none is left or the grant is not in
 * force at this moment.
 */
export async function takeView(run: Run, id: string, at: Date): Promise<number | undefined> {
  const [row] = await run(TAKE_VIEW, { id, at });
  return row?.left;
}
