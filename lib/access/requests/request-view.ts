import "server-only";
import { deadlineMembers } from "@/lib/access/deadlines/deadline-view";
import { findLinked } from "@/lib/access/deadlines/store";
import { type CoViewer, listCoViewers } from "@/lib/access/decisions/co-viewer-store";
import { approvalsIn } from "@/lib/access/decisions/decision-case";
import { narrowingHistory, type TakenAway } from "@/lib/access/decisions/narrowing-history";
import { type DecisionRow, listDecisions } from "@/lib/access/decisions/store";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import type { RequestAnswer, RequestView, TakenAwayView } from "@/lib/access/requests/answer-schema";
import { type Permitted, permitRequest } from "@/lib/access/requests/load-request";
import { findTurn, hasEarlierRequest } from "@/lib/access/requests/queue-store";
import { jobView, listJobs } from "@/lib/access/requests/records-store";
import { Stage } from "@/lib/access/requests/schema";
import { type RequestRow, readRequest } from "@/lib/access/requests/store";
import { askedAt, listEvents, type TimelineEvent } from "@/lib/access/requests/timeline-store";
import { authorizationView, type Names, personView, requestSummary } from "@/lib/access/requests/view";
import { toViewer } from "@/lib/access/requests/viewer";
import { listAssignees } from "@/lib/access/review/assignee-store";
import { readsBlind } from "@/lib/access/review/blind";
import { isParty, ownOrganisations } from "@/lib/access/review/conflicts/store";
import { readOrdersOf } from "@/lib/access/review/reading-store";
import { hasIdentityCheck } from "@/lib/access/review/store";
import { decideAction, isReviewer } from "@/lib/access/rules/action-rules";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { type Running, together } from "@/lib/db/statement";
import { validityTime } from "@/lib/escrow/protocol/statements";
import { findPeople } from "@/lib/identity/people/people-store";

const MAX_JOBS = 200;

/** What an approval took away. An earlier end is its decider's reading of the order, so a blind reader does not get it. */
function takenView(taken: TakenAway, isBlind: boolean): TakenAwayView {
  const { transactions, groups, end, views, exports } = taken;
  return {
    transactions: [...transactions],
    fields: [...groups],
    ...(end === undefined || isBlind
      ? {}
      : { until: { before: validityTime(end.before), after: validityTime(end.after) } }),
    ...(views === undefined ? {} : { max_views: views }),
    ...(exports === undefined ? {} : { max_exports: exports }),
  };
}

function decisionView(
  row: DecisionRow,
  { names, taken, isBlind }: { names: Names; taken: TakenAway | undefined; isBlind: boolean },
) {
  return {
    id: row.id,
    stage: row.stage,
    decision: row.decision,
    approver: personView(names, row.approverUserId),
    comment: row.comment,
    narrowed: row.narrowed,
    ...(taken === undefined ? {} : { taken_away: takenView(taken, isBlind) }),
    proof: row.proofKind,
    at: row.at.toISOString(),
  };
}

function byMembers({ byUserId }: TimelineEvent, names: Names) {
  if (byUserId === undefined) return {};
  const { handle, name } = personView(names, byUserId);
  return { by: handle, by_name: name };
}

function eventView(event: TimelineEvent, names: Names) {
  return {
    at: event.at.toISOString(),
    kind: event.kind,
    ...byMembers(event, names),
    ...(event.fromState === undefined ? {} : { from_state: event.fromState }),
    ...(event.toState === undefined ? {} : { to_state: event.toState }),
    ...(event.comment === undefined ? {} : { comment: event.comment }),
  };
}

/** With `isBlind` without the end that is asked for, which is usually the order's own, and without the digest over it. */
function detailMembers(row: RequestRow, isBlind: boolean) {
  return {
    justification: row.justification,
    ...(row.legalBasis === undefined ? {} : { legal_basis: row.legalBasis }),
    transactions: [...row.transactions],
    ...(row.query === undefined ? {} : { query: row.query }),
    ...(row.from === undefined ? {} : { from: validityTime(row.from) }),
    ...(row.until === undefined || isBlind ? {} : { until: validityTime(row.until) }),
    max_views: row.maxViews,
    max_exports: row.maxExports,
    ...(row.digest === undefined || isBlind ? {} : { digest: row.digest }),
  };
}

function coViewerMembers(cx: Context, row: RequestRow, named: readonly CoViewer[]) {
  if (named.length === 0) return {};
  const mayEnd = row.isSent && decideAction(cx.principal, "request.end-co-viewer", row).length === 0;
  return {
    co_viewers: named.map(({ handle, name, endedAt }) => ({
      handle,
      name,
      ...(endedAt === undefined ? {} : { ended_at: endedAt.toISOString() }),
    })),
    may_end_co_viewers: mayEnd && named.some(({ endedAt }) => endedAt === undefined),
  };
}

function pauseMember(row: RequestRow, events: readonly TimelineEvent[]) {
  const asked = row.state === "needs_information" ? askedAt(events) : undefined;
  return asked === undefined ? {} : { clock_paused_at: asked.toISOString() };
}

/** What relates the caller to a request that is not their own, for the acts that they may do. */
async function readSteering(tx: Running, cx: Context, { facts, relatedPeople }: Permitted<"request.read">) {
  if (facts.requesterUserId === cx.principal.userId) return undefined;
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), facts.transactions);
  return { tie: facts.tie, isParty: party };
}

/** Everything that a view shows but the names. What a permitted reader sees is asked for at once. */
async function readParts(tx: Running, cx: Context, id: string) {
  const [permitted, sealed] = await Promise.all([
    permitRequest(tx, cx, id, "request.read"),
    findSealedCases(tx, cx),
  ]);
  const { facts, permit, relatedPeople } = permitted;
  return together({
    row: readRequest(tx, permit, facts),
    authorization: findAuthorization(tx, id),
    decisions: listDecisions(tx, id),
    events: listEvents(tx, id),
    grant: findGrantOfRequest(tx, id),
    coViewers: listCoViewers(tx, id),
    turn: findTurn(tx, toViewer(cx, { relatedPeople, sealed }), id),
    jobs: listJobs(tx, facts.transactions.slice(0, MAX_JOBS)),
    hasEarlier: hasEarlierRequest(tx, facts),
    isChecked: hasIdentityCheck(tx, facts.requesterUserId, cx.clock.now()),
    linked: findLinked(tx, id),
    steering: readSteering(tx, cx, permitted),
    assignees: listAssignees(tx, isReviewer(cx.principal) ? [id] : []),
    readOrders: readOrdersOf(tx, { userId: cx.principal.userId, requestIds: [id] }),
  });
}

type Parts = Awaited<ReturnType<typeof readParts>>;

function namedIn({ row, decisions, events }: Parts): string[] {
  return [
    row.requesterUserId,
    ...decisions.map((decision) => decision.approverUserId),
    ...events.flatMap((event) => (event.byUserId === undefined ? [] : [event.byUserId])),
  ];
}

function isBlindHere(cx: Context, { row, authorization, readOrders }: Parts): boolean {
  if (authorization === undefined) return false;
  const isSigned = authorization.reach !== undefined;
  return readsBlind(cx.principal, { ...row, isSigned, hasRead: readOrders.has(row.id) });
}

function buildView(cx: Context, parts: Parts, names: Names): RequestView {
  const { row, authorization, decisions, events, grant, turn } = parts;
  const taken = narrowingHistory({ row, authorization, decisions });
  const isBlind = isBlindHere(cx, parts);
  return {
    ...requestSummary(row, {
      ...{ names, turn, isBlind },
      authority: authorization,
      assignee: parts.assignees.get(row.id),
    }),
    ...detailMembers(row, isBlind),
    ...coViewerMembers(cx, row, parts.coViewers),
    jobs: parts.jobs.map(jobView),
    ...(authorization === undefined ? {} : { authorization: authorizationView(authorization, isBlind) }),
    first_request: !parts.hasEarlier,
    identity_check: parts.isChecked,
    decisions: decisions.map((decision) =>
      decisionView(decision, { names, taken: taken.get(decision.id), isBlind }),
    ),
    approvals: row.isSent
      ? Stage.options.map((stage) => ({
          ...{ stage, given: approvalsIn({ decisions }, stage), needed: row.quorums[stage] },
        }))
      : [],
    timeline: events.map((event) => eventView(event, names)),
    ...(grant === undefined ? {} : { grant_id: grant.id }),
    ...pauseMember(row, events),
    ...deadlineMembers(cx, parts),
  };
}

/** Returns a request with all its details, for people who may read it. */
export function viewRequest(cx: Context, id: string): Promise<RequestView> {
  return cx.db.prepared.transaction(
    async (tx) => {
      const parts = await readParts(tx, cx, id);
      return buildView(cx, parts, await findPeople(tx, namedIn(parts)));
    },
    { isSnapshot: true },
  );
}

/** Returns the request as it is now, with the receipt of the entry that changed it. */
export async function answerRequest(cx: Context, id: string, entry: AppendedEntry): Promise<RequestAnswer> {
  const view = await viewRequest(cx, id);
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

/** Returns one request with its timeline, for its requester and for reviewers. */
export function getRequest(cx: Context, id: string): Promise<RequestView> {
  return viewRequest(cx, id);
}
