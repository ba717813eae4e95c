import "server-only";
import { z } from "zod";
import { caseIdSql } from "@/lib/access/cases/case-id-store";
import { CaseState } from "@/lib/access/cases/schema";
import { type QueueFilter, shownRequests, UNDECIDED, type Viewer } from "@/lib/access/requests/queue-store";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import { Moment, type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { InstrumentKind } from "@/lib/vocabulary";

const Row = z.object({
  id: z.string(),
  /** The newest request, by which the list is ordered. */
  newest: z.string(),
  requests: z.array(z.string()),
  organisation_id: z.string(),
  agency: z.string(),
  case_number: z.string(),
  issuer: z.string(),
  kind: InstrumentKind,
  state: CaseState,
  access_until: Moment.nullable(),
  sealed_until: Moment.nullable(),
  updated_at: Moment,
});
export type CaseRow = z.infer<typeof Row>;

export interface CaseFilter {
  readonly viewer: Viewer;
  /** Only requests of this person; absent for reviewers. */
  readonly ownerId: string | undefined;
  readonly now: Date;
  readonly state?: Exclude<CaseState, "draft"> | undefined;
  readonly q?: string | undefined;
  readonly id?: string | undefined;
}

type Keyed = Pick<Context, "caseKey" | "instance">;

/**
 * Requests that are in the viewer's list. Deciders read an order before they see what others typed of it: `is_blind` are
 * requests that wait for a decision, where the viewer decides and has not given their reading with a decision.
 */
function shown({ viewer, ownerId }: CaseFilter): Prisma.Sql {
  const filter: QueueFilter = { viewer, ownerId, state: undefined, view: "all" };
  const blind =
    viewer.stages.length === 0
      ? Prisma.sql`false`
      : Prisma.sql`r.state IN ${UNDECIDED} AND r.requester_user_id <> ${viewer.userId}::uuid
          AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.request_id = r.id
            AND d.approver_user_id = ${viewer.userId}::uuid AND d.decision = 'approve' AND d.confirms IS NOT NULL)`;
  return Prisma.sql`SELECT r.id, r.organisation_id, r.state, r.updated_at, ${blind} AS is_blind ${shownRequests(filter)}`;
}

function conditions({ state, q, id }: CaseFilter): Prisma.Sql {
  const parts = [
    state === undefined ? Prisma.empty : Prisma.sql`AND k.state = ${state}`,
    id === undefined ? Prisma.empty : Prisma.sql`AND k.id = ${id}::uuid`,
    q === undefined
      ? Prisma.empty
      : Prisma.sql`AND order_text(${q}) <> '' AND (position(order_text(${q}) IN k.plain_number) > 0
          OR position(order_text(${q}) IN k.plain_issuer) > 0)`,
  ];
  return Prisma.join(parts, " ");
}

/** Cases as `k`: requests with the newest order of each, grouped by agency, issuer and case number. */
function cases(keyed: Keyed, filter: CaseFilter): Prisma.Sql {
  const live = Prisma.sql`g.state IN ('pending', 'active') AND ${filter.now} < g.not_after AND g.views_used < g.max_views`;
  return Prisma.sql`FROM (
    SELECT c.*, ${caseIdSql(keyed)} AS id, o.name AS agency, f.access_until,
      CASE WHEN f.access_until IS NOT NULL THEN 'in_force' WHEN c.is_undecided THEN 'deciding'
        WHEN c.is_draft THEN 'draft' ELSE 'closed' END AS state
    FROM (SELECT s.organisation_id, a.plain_issuer, a.plain_number, max(s.id::text)::uuid AS newest,
        array_agg(s.id::text ORDER BY s.id) AS requests, max(s.updated_at) AS updated_at,
        bool_or(s.state IN ${UNDECIDED}) AS is_undecided, bool_or(s.state = 'draft') AS is_draft,
        (array_agg(a.issuer ORDER BY s.id DESC))[1] AS issuer, (array_agg(a.kind ORDER BY s.id DESC))[1] AS kind,
        (array_agg(a.case_number ORDER BY s.id DESC))[1] AS case_number, max(a.sealed_until) AS sealed_until
      FROM (${shown(filter)}) s JOIN LATERAL (SELECT n.* FROM legal_authorization n WHERE n.request_id = s.id
        ORDER BY n.id DESC LIMIT 1) a ON true
      WHERE NOT s.is_blind GROUP BY s.organisation_id, a.plain_issuer, a.plain_number) c
    JOIN organisation o ON o.id = c.organisation_id
    CROSS JOIN LATERAL (SELECT max(g.not_after) AS access_until FROM access_grant g
      WHERE g.request_id = ANY (c.requests::uuid[]) AND ${live}) f) k
  WHERE true ${conditions(filter)}`;
}

const COLUMNS = Prisma.sql`k.id::text, k.newest::text, k.requests, k.organisation_id::text, k.agency, k.case_number, k.issuer, k.kind,
  k.state, k.access_until, k.sealed_until, k.updated_at`;

/** Returns a page of cases, that with the newest request first. `before` is the newest request of the last one shown. */
export async function listCaseRows(
  tx: Tx,
  keyed: Keyed,
  page: CaseFilter & { readonly before: string | undefined; readonly limit: number },
): Promise<Readable<CaseRow>[]> {
  const before = page.before === undefined ? Prisma.empty : Prisma.sql`AND k.newest < ${page.before}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT ${COLUMNS} ${cases(keyed, page)} ${before} ORDER BY k.newest DESC LIMIT ${page.limit}`,
  );
  return readRows(rows, (row) => Row.parse(row));
}

export async function countCases(tx: Tx, keyed: Keyed, filter: CaseFilter): Promise<number> {
  const rows = await tx.$queryRaw<{ n: number }[]>(
    Prisma.sql`SELECT count(*)::int AS n ${cases(keyed, filter)}`,
  );
  return rows[0]?.n ?? 0;
}

/** Returns one case; undefined where the viewer may know of no request of it, as where it does not exist. */
export async function findCase(tx: Tx, keyed: Keyed, filter: CaseFilter): Promise<CaseRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT ${COLUMNS} ${cases(keyed, filter)}`);
  return rows.map((row) => Row.parse(row))[0];
}

const HoldRow = z.object({
  id: z.string(),
  requested_by: z.string(),
  transactions: z.array(z.string()),
  created_at: Moment,
  until: Moment,
  released_at: Moment.nullable(),
});
export type HoldRow = z.infer<typeof HoldRow>;

/** Returns legal holds on any of these records: one organisation's, or all but those sealed from the reader. */
export async function listHoldsOn(
  tx: Tx,
  owner: { readonly tenantId: string; readonly organisationId?: string; readonly sealed: readonly string[] },
  transactions: readonly string[],
): Promise<HoldRow[]> {
  const { tenantId, organisationId, sealed } = owner;
  const own =
    organisationId === undefined ? Prisma.empty : Prisma.sql`AND p.organisation_id = ${organisationId}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT p.id::text, p.requested_by::text, p.transactions, p.created_at, p.until, p.released_at FROM preservation p
    WHERE p.tenant_id = ${tenantId}::uuid ${own} AND p.id <> ALL (${[...sealed]}::uuid[])
      AND p.transactions && ${[...transactions]}::text[] ORDER BY p.id LIMIT 100`);
  return z.array(HoldRow).parse(rows);
}
