import "server-only";
import { z } from "zod";
import { type Permit, requirePermit } from "@/lib/access/rules/permit";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { GroupName } from "@/lib/vocabulary";

/** Results of an officer's other requests. */
export interface OfficerHistory {
  readonly requests: number;
  readonly granted: number;
  readonly narrowed: number;
  readonly denied: number;
}

/** Returns the results of an officer's requests, without drafts and without the `except` requests. */
export async function readHistory(
  tx: Tx,
  permit: Permit<"request.review">,
  officer: { readonly userId: string; readonly except: readonly string[] },
): Promise<OfficerHistory> {
  requirePermit(permit, "request.review");
  const rows = await tx.$queryRaw<OfficerHistory[]>(Prisma.sql`
    SELECT count(*)::int AS requests,
      count(*) FILTER (WHERE g.id IS NOT NULL)::int AS granted,
      count(*) FILTER (WHERE g.id IS NOT NULL AND d.narrowed)::int AS narrowed,
      count(*) FILTER (WHERE d.denied)::int AS denied
    FROM access_request r
    LEFT JOIN access_grant g ON g.request_id = r.id
    CROSS JOIN LATERAL (SELECT coalesce(bool_or(d.narrowed), false) AS narrowed,
      coalesce(bool_or(d.decision = 'deny'), false) AS denied FROM decision d WHERE d.request_id = r.id) d
    WHERE r.requester_user_id = ${officer.userId}::uuid AND r.state <> 'draft' AND r.id <> ALL (${[...officer.except]}::uuid[])`);
  return rows[0] ?? { requests: 0, granted: 0, narrowed: 0, denied: 0 };
}

/** A transaction's metadata, with what the retention rules need. */
export interface RecordRow {
  readonly id: string;
  readonly jobId: string;
  readonly status: string;
  readonly submitter: string;
  readonly participants: readonly string[];
  readonly createdAt: Date;
  readonly retentionClass: string;
  readonly groups: readonly GroupName[];
}

const Row = z.object({
  id: z.string(),
  job_id: z.string(),
  status: z.string(),
  submitter: z.string(),
  participants: z.array(z.string()),
  created_at_us: z.bigint(),
  retention_class: z.string(),
  groups: z.array(z.string()),
});

/** Returns metadata of transactions, by id; sealed fields are not read. */
export async function readRecords(
  tx: Tx,
  permit: Permit<"request.review">,
  ids: readonly string[],
): Promise<RecordRow[]> {
  requirePermit(permit, "request.review");
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT t.id, t.job_id, t.status, t.submitter, t.participants, t.created_at_us, t.retention_class,
      ARRAY(SELECT DISTINCT g.grp FROM transaction_group g WHERE g.transaction_id = t.id)
        || ARRAY(SELECT jsonb_object_keys(coalesce(t.plain, '{}'::jsonb))) AS groups
    FROM transaction t WHERE t.id = ANY (${[...ids]}::uuid[]) ORDER BY t.id`);
  return rows.map((record) => {
    const row = Row.parse(record);
    return {
      id: row.id,
      jobId: row.job_id,
      status: row.status,
      submitter: row.submitter,
      participants: row.participants,
      createdAt: new Date(Number(row.created_at_us / 1000n)),
      retentionClass: row.retention_class,
      groups: GroupName.options.filter((group) => row.groups.includes(group)),
    };
  });
}

/** An officer's identity check. */
export interface IdentityCheckRow {
  readonly at: Date;
  readonly checkedBy: string;
  readonly until: Date;
  /** Domain and call back both passed. */
  readonly isComplete: boolean;
}

interface CheckColumns {
  readonly created_at: Date;
  readonly checked_by_user_id: string;
  readonly expires_at: Date;
  readonly is_complete: boolean;
}

const FIND_IDENTITY_CHECK = statement<{ readonly officerUserId: string }, CheckColumns>(
  "find-identity-check",
)`
  SELECT created_at, checked_by_user_id, expires_at, domain_verified AND called_number_from_record AS is_complete
  FROM identity_check WHERE officer_user_id = ${({ officerUserId }) => officerUserId}::uuid
  ORDER BY created_at DESC, id DESC LIMIT 1`;

/** Returns the newest check of an officer. Only the newest counts: a failed one cancels every earlier one. */
export async function findIdentityCheck(
  { run }: Running,
  officerUserId: string,
): Promise<IdentityCheckRow | undefined> {
  const [row] = await run(FIND_IDENTITY_CHECK, { officerUserId });
  if (row === undefined) return undefined;
  return {
    at: row.created_at,
    checkedBy: row.checked_by_user_id,
    until: row.expires_at,
    isComplete: row.is_complete,
  };
}

/** Returns whether the newest identity check of an officer is complete and valid at this moment. */
export async function hasIdentityCheck(tx: Running, officerUserId: string, at: Date): Promise<boolean> {
  const check = await findIdentityCheck(tx, officerUserId);
  return check?.isComplete === true && at < check.until;
}

/** Stores a new identity check of an officer. Earlier checks stay stored. */
export async function insertIdentityCheck(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly officerUserId: string;
    readonly checkedBy: string;
    readonly domainVerified: boolean;
    readonly calledNumberFromRecord: boolean;
    readonly calledNumber: string | undefined;
    readonly note: string;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.identity_check.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        officer_user_id: row.officerUserId,
        checked_by_user_id: row.checkedBy,
        domain_verified: row.domainVerified,
        called_number_from_record: row.calledNumberFromRecord,
        called_number: row.calledNumber ?? null,
        note: row.note,
        expires_at: row.expiresAt,
      },
    ],
  });
}
