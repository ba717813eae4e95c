import "server-only";
import { z } from "zod";
import { AuthorizationState, GrantState } from "@/lib/access/requests/schema";
import type { ApprovalFacts, GrantFacts } from "@/lib/access/rules/facts";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import { type Run, type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { SignedReleaseEnd } from "@/lib/escrow/protocol/release-statement";
import { GroupName, InstrumentKind, Level, Purpose } from "@/lib/vocabulary";
import { HELD_BY, isHeldBy, viewersOf } from "./viewer-store";

const Row = z.object({
  id: z.string(),
  request_id: z.string().nullable(),
  request_reference: z.string().nullable(),
  dispute_id: z.string().nullable(),
  break_glass_id: z.string().nullable(),
  release_id: z.string().nullable(),
  dispute_state: z.string().nullable(),
  dispute_taken_by: z.string().nullable(),
  party_organisations: z.array(z.string()),
  co_viewers: z.array(z.string()),
  viewers: z.array(z.string()),
  subject_user_id: z.string(),
  requester_organisation_id: z.string(),
  transactions: z.array(z.string()),
  groups: z.array(GroupName),
  level: Level,
  purpose: Purpose,
  not_before: z.date(),
  not_after: z.date(),
  max_views: z.number(),
  views_used: z.number(),
  max_exports: z.number(),
  exports_used: z.number(),
  state: GrantState,
  assurance: z.string(),
  created_at: z.date(),
  revoked_at: z.date().nullable(),
  log: z.string().nullable(),
  authorization_id: z.string().nullable(),
  authorization_kind: InstrumentKind.nullable(),
  authorization_state: AuthorizationState.nullable(),
  valid_from: z.date().nullable(),
  valid_until: z.date().nullable(),
  issuer: z.string().nullable(),
  case_number: z.string().nullable(),
  approvals: z.array(z.object({ user: z.string(), organisation: z.string() })),
});

/** A grant with its related rows, read in one statement. */
export interface GrantRow extends GrantFacts {
  readonly purpose: Purpose;
  readonly maxExports: number;
  readonly exportsUsed: number;
  readonly createdAt: Date;
  readonly revokedAt: Date | undefined;
  /** Origin of the log that the custodian accepted it for; undefined before it has. */
  readonly log: string | undefined;
  /** The executive release it rests on, set with its request. */
  readonly releaseId: string | undefined;
  /** Of the request it rests on; a grant that rests on a dispute has none. */
  readonly requestReference: string | undefined;
  readonly order: { readonly issuer: string; readonly caseNumber: string } | undefined;
}

/** The log of a grant `g`, from its receipt: canonical JSON of the custodian's own statement. Null before there is one. */
export const LOG_OF_GRANT = Prisma.sql`substring(g.custodian_receipt FROM '"log":"([^"]*)"')`;

const SELECT = Prisma.sql`
  SELECT g.id, g.request_id, r.reference AS request_reference, g.dispute_id, g.break_glass_id, g.release_id, g.subject_user_id, g.transactions,
    coalesce(r.organisation_id, s.organisation_id) AS requester_organisation_id,
    d.state AS dispute_state, d.taken_by AS dispute_taken_by,
    ARRAY(SELECT DISTINCT p.organisation_id FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
      WHERE t.transaction_id = d.transaction_id
        OR (g.break_glass_id IS NOT NULL AND t.transaction_id = ANY (g.transactions::uuid[]))) AS party_organisations,
    coalesce(r.co_viewers::text[], '{}') AS co_viewers,
    ARRAY(${viewersOf(Prisma.sql`g`)}) AS viewers,
    g.groups, g.level, g.purpose, g.not_before, g.not_after, g.max_views, g.views_used, g.max_exports, g.exports_used, g.state, g.assurance,
    g.created_at, g.revoked_at, ${LOG_OF_GRANT} AS log, a.id AS authorization_id, a.kind AS authorization_kind,
    -- A revoked key ends what rests on it at the next decision, whatever the order's own state.
    CASE WHEN EXISTS (SELECT 1 FROM authorization_verification v JOIN authority k ON k.id = v.authority_id
      WHERE v.authorization_id = a.id AND k.state = 'revoked') THEN 'revoked' ELSE a.state END
    AS authorization_state, a.valid_from, a.valid_until, a.issuer, a.case_number,
    coalesce((SELECT json_agg(json_build_object('user', p.user_id, 'organisation', u.organisation_id))
      FROM (SELECT d.approver_user_id AS user_id FROM decision d
          WHERE g.release_id IS NULL AND d.request_id = g.request_id AND d.decision = 'approve'
        UNION ALL SELECT w.user_id FROM executive_release_word w WHERE w.release_id = g.release_id) p
      JOIN app_user u ON u.id = p.user_id), '[]'::json) AS approvals
  FROM access_grant g
  JOIN app_user s ON s.id = g.subject_user_id
  LEFT JOIN access_request r ON r.id = g.request_id
  LEFT JOIN dispute d ON d.id = g.dispute_id
  LEFT JOIN legal_authorization a ON a.id = g.authorization_id`;

function approvalOf(row: { user: string; organisation: string }): ApprovalFacts {
  return { approverUserId: row.user, approverOrganisationId: row.organisation };
}

function authorizationOf(row: z.infer<typeof Row>): Pick<GrantFacts, "authorization"> {
  const { authorization_id: id, authorization_kind: kind, authorization_state: state } = row;
  const { valid_from: validFrom, valid_until: validUntil } = row;
  if (id === null || kind === null || state === null || validFrom === null || validUntil === null) return {};
  return { authorization: { id, kind, state, validFrom, validUntil } };
}

function disputeOf(row: z.infer<typeof Row>): Pick<GrantFacts, "dispute"> {
  const { dispute_id: id, dispute_state: state, dispute_taken_by: takenBy } = row;
  if (id === null) return {};
  const isLive = state === "open" || state === "taken";
  return {
    dispute: { id, isLive, takenBy: takenBy ?? undefined, partyOrganisations: row.party_organisations },
  };
}

function breakGlassOf(row: z.infer<typeof Row>): Pick<GrantFacts, "breakGlass"> {
  const { break_glass_id: id, party_organisations: partyOrganisations } = row;
  return id === null ? {} : { breakGlass: { id, partyOrganisations } };
}

function toGrant(record: unknown): GrantRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...disputeOf(row),
    ...breakGlassOf(row),
    subjectUserId: row.subject_user_id,
    coViewers: row.co_viewers,
    viewers: row.viewers,
    requesterOrganisationId: row.requester_organisation_id,
    transactions: row.transactions,
    groups: row.groups,
    level: row.level,
    purpose: row.purpose,
    notBefore: row.not_before,
    notAfter: row.not_after,
    maxViews: row.max_views,
    viewsUsed: row.views_used,
    maxExports: row.max_exports,
    exportsUsed: row.exports_used,
    state: row.state,
    assurance: row.assurance,
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
    log: row.log ?? undefined,
    releaseId: row.release_id ?? undefined,
    requestReference: row.request_reference ?? undefined,
    order:
      row.issuer === null || row.case_number === null
        ? undefined
        : { issuer: row.issuer, caseNumber: row.case_number },
    ...authorizationOf(row),
    approvals: row.approvals.map(approvalOf),
  };
}

export async function findGrant(tx: Tx, tenantId: string, id: string): Promise<GrantRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} WHERE g.id = ${id}::uuid AND g.tenant_id = ${tenantId}::uuid`,
  );
  return rows.map(toGrant)[0];
}

interface GrantsOf {
  readonly tenantId: string;
  readonly userId: string;
  readonly transactionId: string;
}

const FIND_GRANTS_OF = statement<GrantsOf, unknown>("find-grants-of")`
  ${SELECT} WHERE g.tenant_id = ${({ tenantId }) => tenantId}::uuid
    AND ${HELD_BY} AND ${({ transactionId }) => transactionId} = ANY (g.transactions)
  ORDER BY g.id DESC LIMIT 200`;

/** Returns grants that one person may open, as holder or co-viewer, and that name the transaction, newest first. */
export async function findGrantsOf(run: Run, wanted: GrantsOf): Promise<Readable<GrantRow>[]> {
  return readRows(await run(FIND_GRANTS_OF, wanted), toGrant);
}

/** Which grants a list shows: those that one person may open, or those of the whole tenant. */
export interface GrantFilter {
  readonly tenantId: string;
  readonly userId: string | undefined;
  /** Requests that are sealed from the reader. Lists of the tenant leave out the grants that rest on them. */
  readonly sealed: readonly string[];
  readonly view: "in_force" | "ended" | "all";
  readonly now: Date;
  /** Origin of the present log. A grant of a closed one is then not in force, because it opens nothing. */
  readonly log?: string | undefined;
}

function filtered({ tenantId, userId, sealed, view, now, log }: GrantFilter): Prisma.Sql {
  const own =
    userId === undefined
      ? Prisma.sql`AND (g.request_id IS NULL OR g.request_id <> ALL (${[...sealed]}::uuid[]))`
      : Prisma.sql`AND ${isHeldBy(userId)}`;
  const ofLog = log === undefined ? Prisma.empty : Prisma.sql`AND coalesce(${LOG_OF_GRANT} = ${log}, true)`;
  const isLive = Prisma.sql`(g.state IN ('pending', 'active') AND ${now} < g.not_after AND g.views_used < g.max_views
    ${ofLog})`;
  const views = {
    all: Prisma.empty,
    in_force: Prisma.sql`AND ${isLive}`,
    ended: Prisma.sql`AND NOT ${isLive}`,
  };
  return Prisma.sql`WHERE g.tenant_id = ${tenantId}::uuid ${own} ${views[view]}`;
}

/** Returns a page of grants, newest first. */
export async function listGrants(
  tx: Tx,
  page: GrantFilter & { readonly before: string | undefined; readonly limit: number },
): Promise<Readable<GrantRow>[]> {
  const before = page.before === undefined ? Prisma.empty : Prisma.sql`AND g.id < ${page.before}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} ${filtered(page)} ${before} ORDER BY g.id DESC LIMIT ${page.limit}`,
  );
  return readRows(rows, toGrant);
}

/** Returns the grants in force that end soonest. */
export async function listEndingGrants(
  tx: Tx,
  which: Omit<GrantFilter, "view">,
  limit: number,
): Promise<Readable<GrantRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} ${filtered({ ...which, view: "in_force" })} ORDER BY g.not_after, g.id LIMIT ${limit}`,
  );
  return readRows(rows, toGrant);
}

/** Returns how many grants a list has altogether. */
export async function countGrants(tx: Tx, filter: GrantFilter): Promise<number> {
  const rows = await tx.$queryRaw<{ n: number }[]>(
    Prisma.sql`SELECT count(*)::int AS n FROM access_grant g ${filtered(filter)}`,
  );
  return rows[0]?.n ?? 0;
}

const FIND_GRANT_OF_REQUEST = statement<{ readonly requestId: string }, unknown>("find-grant-of-request")`
  ${SELECT} WHERE g.request_id = ${({ requestId }) => requestId}::uuid`;

export async function findGrantOfRequest({ run }: Running, requestId: string): Promise<GrantRow | undefined> {
  return (await run(FIND_GRANT_OF_REQUEST, { requestId })).map(toGrant)[0];
}

/** Returns when and why a grant was revoked; undefined when it is not. */
export async function findRevocation(
  tx: Tx,
  id: string,
): Promise<
  | { readonly at: Date; readonly reason: string; readonly releaseEnd: SignedReleaseEnd | undefined }
  | undefined
> {
  const row = await tx.grant.findUnique({
    where: { id },
    select: { revoked_at: true, revoke_reason: true, release_end: true },
  });
  if (row === null || row.revoked_at === null) return undefined;
  const releaseEnd = row.release_end === null ? undefined : SignedReleaseEnd.parse(row.release_end);
  return { at: row.revoked_at, reason: row.revoke_reason ?? "revoked", releaseEnd };
}
