import "server-only";
import { z } from "zod";
import type { RequestState, Stage } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import type { RelatedPeople } from "@/lib/access/review/conflicts/related-people";
import { Prisma } from "@/lib/db/generated/client";
import { prismaSql, type Running, sql, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { likePart } from "@/lib/paging";
import type { Purpose } from "@/lib/vocabulary";

/** The viewer of a queue, and the stages that their duties decide. */
export interface Viewer {
  readonly tenantId: string;
  readonly userId: string;
  readonly organisationId: string;
  /**
   * Accounts, colleagues and organisations that create a conflict of interest; absent when the viewer decides nothing.
   */
  readonly relatedPeople?: RelatedPeople;
  /** Empty for people who decide nothing. */
  readonly stages: readonly Stage[];
  /** The designated executive also sees the requests that were escalated to this level. */
  readonly seesEscalated: boolean;
  /** Requests that are sealed from the viewer. */
  readonly sealed: readonly string[];
}

/** Who must act next on a request, and whether it is the viewer. */
export interface Turn {
  readonly id: string;
  readonly waitingFor: Stage | "requester" | undefined;
  readonly isMine: boolean;
}

/** Search terms for the history. Each search covers only rows that the list would show anyway. */
export interface HistorySearch {
  /** Part of the officer's name, or the whole handle. */
  readonly officer?: string | undefined;
  /** Part of the name of the officer's organisation, or its id. */
  readonly agency?: string | undefined;
  readonly issuer?: string | undefined;
  readonly caseNumber?: string | undefined;
  readonly transaction?: string | undefined;
  /** Filed at or after. */
  readonly from?: Date | undefined;
  /** Filed before. */
  readonly to?: Date | undefined;
}

/** What a list shows. Every member except the viewer narrows it. */
export interface QueueFilter {
  readonly viewer: Viewer;
  /** Only requests of this person; absent for reviewers. */
  readonly ownerId: string | undefined;
  readonly state: RequestState | undefined;
  readonly purpose?: Purpose | undefined;
  /** Part of the reference: letters, digits and hyphens alone, so that LIKE has no wildcard in it. */
  readonly reference?: string | undefined;
  readonly search?: HistorySearch | undefined;
  readonly view: QueueView;
}

/**
 * Views of the list. `assigned`: requests assigned to the viewer. `unassigned`: requests that wait for a decision and
 * are assigned to no one.
 * `team`: other reviewers have to decide them.
 */
export type QueueView = "mine" | "waiting" | "team" | "assigned" | "unassigned" | "decided" | "all";

interface QueuePage extends QueueFilter {
  readonly sort: "newest" | "due";
  /** Last id of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

const Row = z.object({
  id: z.string(),
  waiting_for: z.enum(["legal", "coordinator", "requester"]).nullable(),
  is_mine: z.boolean(),
});

interface Seen {
  readonly viewer: Viewer;
}

/** States in which a request may still be decided on. */
export const UNDECIDED = Prisma.sql`('submitted', 'document_check', 'stage_1', 'stage_2', 'approved', 'overdue',
  'needs_information', 'extended', 'objected')`;
const DECIDED = Prisma.sql`('approved', 'active', 'partial', 'expired', 'revoked', 'exhausted', 'closed', 'denied')`;

/** The same as `stageOf`: an overdue or extended request waits in the stage it left. */
const WAITING_FOR = Prisma.sql`CASE
    WHEN r.state IN ('draft', 'needs_information') THEN 'requester'
    WHEN 'stage_1' IN (r.state, CASE WHEN r.state IN ('overdue', 'extended') THEN r.stage_before END) THEN 'legal'
    WHEN 'stage_2' IN (r.state, CASE WHEN r.state IN ('overdue', 'extended') THEN r.stage_before END) THEN 'coordinator'
  END`;

/** The rules of `request.decide` as a condition, so that a queue shows only requests that its reader may decide. */
const userIdOf = ({ viewer }: Seen) => viewer.userId;
const stagesOf = ({ viewer }: Seen) => viewer.stages;
const organisationsOf = ({ viewer: { organisationId, relatedPeople } }: Seen) => [
  organisationId,
  ...(relatedPeople?.organisations ?? []),
];
const nearOf = ({ viewer: { userId, relatedPeople } }: Seen) => [
  userId,
  ...(relatedPeople?.accounts ?? []),
  ...(relatedPeople?.colleagues ?? []),
];

const IS_MINE = sql<Seen>`(w.waiting_for = 'requester' AND r.requester_user_id = ${userIdOf}::uuid
  OR (w.waiting_for = ANY (${stagesOf}::text[])
    AND r.requester_user_id <> ALL (${nearOf}::uuid[]) AND NOT r.co_viewers && ${nearOf}::uuid[]
    AND r.organisation_id <> ALL (${organisationsOf}::uuid[])
    AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.request_id = r.id
      AND d.approver_user_id = ${userIdOf}::uuid AND d.decision <> 'ask')
    AND NOT EXISTS (SELECT 1 FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
      WHERE t.transaction_id = ANY (r.transactions::uuid[]) AND p.organisation_id = ANY (${organisationsOf}::uuid[]))))`;

const FROM = sql<Seen>`FROM access_request r CROSS JOIN LATERAL (SELECT ${WAITING_FOR} AS waiting_for) w
  CROSS JOIN LATERAL (SELECT coalesce(${IS_MINE}, false) AS is_mine) m
  WHERE r.tenant_id = ${({ viewer }) => viewer.tenantId}::uuid
    AND (r.requester_user_id = ${userIdOf}::uuid
      OR r.digest IS NOT NULL AND r.id <> ALL (${({ viewer }) => viewer.sealed}::uuid[]))`;

const ASSIGNEE = Prisma.sql`(SELECT s.user_id FROM request_assignment s WHERE s.request_id = r.id
  ORDER BY s.id DESC LIMIT 1)`;

function viewOf({ view, viewer }: QueueFilter): Prisma.Sql {
  if (view === "mine") return Prisma.sql`AND r.requester_user_id = ${viewer.userId}::uuid`;
  if (view === "waiting") return Prisma.sql`AND m.is_mine`;
  if (view === "assigned")
    return Prisma.sql`AND ${ASSIGNEE} = ${viewer.userId}::uuid AND r.state NOT IN ${DECIDED}`;
  if (view === "unassigned") return Prisma.sql`AND m.is_mine AND ${ASSIGNEE} IS NULL`;
  if (view === "team") return Prisma.sql`AND w.waiting_for IN ('legal', 'coordinator') AND NOT m.is_mine`;
  return view === "decided" ? Prisma.sql`AND r.state IN ${DECIDED}` : Prisma.empty;
}

/**
 * The condition that a reviewer may see what others typed from order `a` (`readsBlind`). Without it, a search for parts
 * of a number would reveal what the list withholds.
 */
function mayKnowOrder({ userId, stages }: Viewer): Prisma.Sql {
  if (stages.length === 0) return Prisma.empty;
  return Prisma.sql`AND (a.jws IS NOT NULL OR r.state NOT IN ${UNDECIDED} OR r.requester_user_id = ${userId}::uuid
    OR EXISTS (SELECT 1 FROM order_reading o WHERE o.request_id = r.id AND o.user_id = ${userId}::uuid)
    OR EXISTS (SELECT 1 FROM decision d WHERE d.request_id = r.id AND d.approver_user_id = ${userId}::uuid
      AND d.decision = 'approve' AND d.confirms IS NOT NULL))`;
}

/** Conditions of a search. Those on the order apply to the newest authority, which lists show. */
function searched({ search = {}, viewer }: QueueFilter): Prisma.Sql {
  const { officer, agency, issuer, caseNumber, transaction, from: since, to } = search;
  const order = (
    condition: Prisma.Sql,
  ): Prisma.Sql => Prisma.sql`AND EXISTS (SELECT 1 FROM legal_authorization a
    WHERE a.request_id = r.id AND ${condition} ${mayKnowOrder(viewer)}
      AND NOT EXISTS (SELECT 1 FROM legal_authorization b WHERE b.request_id = r.id AND b.id > a.id))`;
  const conditions = [
    officer === undefined
      ? Prisma.empty
      : Prisma.sql`AND r.requester_user_id IN (SELECT u.id FROM app_user u WHERE u.handle = ${officer} OR u.name ILIKE ${likePart(officer)})`,
    agency === undefined
      ? Prisma.empty
      : Prisma.sql`AND r.organisation_id IN (SELECT o.id FROM organisation o WHERE o.id::text = ${agency} OR o.name ILIKE ${likePart(agency)})`,
    issuer === undefined ? Prisma.empty : order(Prisma.sql`a.issuer ILIKE ${likePart(issuer)}`),
    caseNumber === undefined ? Prisma.empty : order(Prisma.sql`a.case_number ILIKE ${likePart(caseNumber)}`),
    transaction === undefined ? Prisma.empty : Prisma.sql`AND r.transactions @> ARRAY[${transaction}::text]`,
    since === undefined ? Prisma.empty : Prisma.sql`AND r.created_at >= ${since}`,
    to === undefined ? Prisma.empty : Prisma.sql`AND r.created_at < ${to}`,
  ];
  return Prisma.join(conditions, " ");
}

function ownedBy({ ownerId, viewer }: QueueFilter): Prisma.Sql {
  if (ownerId === undefined) return Prisma.empty;
  const escalated = viewer.seesEscalated ? Prisma.sql`OR r.escalated_to = 'executive'` : Prisma.empty;
  return Prisma.sql`AND (r.requester_user_id = ${ownerId}::uuid ${escalated})`;
}

function filtered(filter: QueueFilter): Prisma.Sql {
  const { state, purpose, reference } = filter;
  const owner = ownedBy(filter);
  const inState = state === undefined ? Prisma.empty : Prisma.sql`AND r.state = ${state}`;
  const forPurpose = purpose === undefined ? Prisma.empty : Prisma.sql`AND r.purpose = ${purpose}`;
  const named =
    reference === undefined ? Prisma.empty : Prisma.sql`AND r.reference ILIKE ${`%${reference}%`}`;
  return Prisma.sql`${prismaSql(FROM, filter)} ${owner} ${inState} ${forPurpose} ${named} ${searched(filter)} ${viewOf(filter)}`;
}

function toTurn(record: unknown): Turn {
  const row = Row.parse(record);
  return { id: row.id, waitingFor: row.waiting_for ?? undefined, isMine: row.is_mine };
}

/**
 * Returns SQL for the requests `r` that a list shows, from its FROM on. `w.waiting_for` is who acts next, `m.is_mine`
 * whether it is the viewer.
 */
export function shownRequests(filter: QueueFilter): Prisma.Sql {
  return filtered(filter);
}

/** Returns a page of ids: newest first, or by deadline with undated requests last. */
export async function listQueue(tx: Tx, page: QueuePage): Promise<Turn[]> {
  const isByDue = page.sort === "due";
  const key = Prisma.sql`(coalesce(r.due_at, 'infinity'), r.id)`;
  const last = Prisma.sql`(SELECT coalesce(c.due_at, 'infinity'), c.id FROM access_request c
    WHERE c.id = ${page.after}::uuid)`;
  const byDue = page.after === undefined ? Prisma.empty : Prisma.sql`AND ${key} > ${last}`;
  const byAge = page.after === undefined ? Prisma.empty : Prisma.sql`AND r.id < ${page.after}::uuid`;
  const order = isByDue
    ? Prisma.sql`ORDER BY coalesce(r.due_at, 'infinity'), r.id`
    : Prisma.sql`ORDER BY r.id DESC`;
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT r.id, w.waiting_for, m.is_mine ${filtered(page)} ${isByDue ? byDue : byAge}
      ${order} LIMIT ${page.limit}`,
  );
  return rows.map(toTurn);
}

/** Returns how many requests a list has altogether. */
export async function countQueue(tx: Tx, filter: QueueFilter): Promise<number> {
  const rows = await tx.$queryRaw<{ n: number }[]>(Prisma.sql`SELECT count(*)::int AS n ${filtered(filter)}`);
  return rows[0]?.n ?? 0;
}

const FIND_TURN = statement<Seen & { readonly id: string }, unknown>("find-turn")`
  SELECT r.id, w.waiting_for, m.is_mine ${FROM} AND r.id = ${({ id }) => id}::uuid`;

/** Returns who must act next on one request. */
export async function findTurn({ run }: Running, viewer: Viewer, id: string): Promise<Turn | undefined> {
  return (await run(FIND_TURN, { viewer, id })).map(toTurn)[0];
}

const OVER: readonly RequestState[] = [
  "withdrawn",
  "denied",
  "expired",
  "expired_unreviewed",
  "revoked",
  "exhausted",
  "closed",
];

/** Returns ids of requests that are not over yet, newest first, for the search for unreadable ones. */
export async function listOpenIds(
  tx: Tx,
  tenantId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<string[]> {
  const before = page.before === undefined ? {} : { id: { lt: page.before } };
  const records = await tx.access_request.findMany({
    where: { tenant_id: tenantId, state: { notIn: [...OVER] }, ...before },
    select: { id: true },
    orderBy: { id: "desc" },
    take: page.limit,
  });
  return records.map(({ id }) => id);
}

type Filed = Pick<RequestRow, "id" | "requesterUserId">;

const HAS_EARLIER = statement<Filed, { readonly has_earlier: boolean }>("has-earlier-request")`
  SELECT EXISTS (SELECT FROM access_request WHERE requester_user_id = ${({ requesterUserId }) => requesterUserId}::uuid
    AND id < ${({ id }) => id}::uuid AND state <> 'draft') AS has_earlier`;

/** Returns whether the same person submitted another request before this one. */
export async function hasEarlierRequest({ run }: Running, filed: Filed): Promise<boolean> {
  const [row] = await run(HAS_EARLIER, filed);
  return row?.has_earlier === true;
}
