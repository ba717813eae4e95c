import "server-only";
import { deadlineMembers } from "@/lib/access/deadlines/deadline-view";
import { type CoViewer, listCoViewers } from "@/lib/access/decisions/co-viewer-store";
import { narrowingHistory, type TakenAway } from "@/lib/access/decisions/narrowing-history";
import { type DecisionRow, listDecisions } from "@/lib/access/decisions/store";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import type { RequestAnswer, RequestView, TakenAwayView } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import { countEarlierRequests, findTurn } from "@/lib/access/requests/queue-store";
import { jobView, listJobs } from "@/lib/access/requests/records-store";
import type { RequestRow } from "@/lib/access/requests/store";
import { askedAt, listEvents, type TimelineEvent } from "@/lib/access/requests/timeline-store";
import { authorizationView, type Names, personView, requestSummary } from "@/lib/access/requests/view";
import { viewerOf } from "@/lib/access/requests/viewer";
import { hasIdentityCheck } from "@/lib/access/review/store";
import { decideAction } from "@/lib/access/rules/action-rules";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { validityTime } from "@/lib/escrow/protocol/statements";
import * as people from "@/lib/identity/people/people-store";

const MAX_JOBS = 200;

/** Names of all people and organisations in a request. */
export async function loadNames(tx: Tx, userIds: readonly string[]): Promise<Names> {
  const found = await people.findPeople(tx, userIds);
  const organisations = await people.findOrganisationNames(
    tx,
    [...found.values()].map((person) => person.organisationId),
  );
  return { people: found, organisations };
}

function takenView(taken: TakenAway): TakenAwayView {
  const { transactions, groups, end, views, exports } = taken;
  return {
    transactions: [...transactions],
    fields: [...groups],
    ...(end === undefined
      ? {}
      : { until: { before: validityTime(end.before), after: validityTime(end.after) } }),
    ...(views === undefined ? {} : { max_views: views }),
    ...(exports === undefined ? {} : { max_exports: exports }),
  };
}

function decisionView(row: DecisionRow, names: Names, taken: TakenAway | undefined) {
  return {
    id: row.id,
    stage: row.stage,
    decision: row.decision,
    approver: personView(names, row.approverUserId),
    comment: row.comment,
    narrowed: row.narrowed,
    ...(taken === undefined ? {} : { taken_away: takenView(taken) }),
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

function detailMembers(row: RequestRow) {
  return {
    justification: row.justification,
    ...(row.legalBasis === undefined ? {} : { legal_basis: row.legalBasis }),
    transactions: [...row.transactions],
    ...(row.query === undefined ? {} : { query: row.query }),
    ...(row.from === undefined ? {} : { from: validityTime(row.from) }),
    ...(row.until === undefined ? {} : { until: validityTime(row.until) }),
    max_views: row.maxViews,
    max_exports: row.maxExports,
    ...(row.digest === undefined ? {} : { digest: row.digest }),
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

async function buildView(tx: Tx, cx: Context, row: RequestRow): Promise<RequestView> {
  const authorization = await findAuthorization(tx, row.id);
  const decisions = await listDecisions(tx, row.id);
  const taken = narrowingHistory({ row, authorization, decisions });
  const events = await listEvents(tx, row.id);
  const grant = await findGrantOfRequest(tx, row.id);
  const names = await loadNames(tx, [
    row.requesterUserId,
    ...decisions.map((decision) => decision.approverUserId),
    ...events.flatMap((event) => (event.byUserId === undefined ? [] : [event.byUserId])),
  ]);
  const coViewers = await listCoViewers(tx, row.id);
  return {
    ...requestSummary(row, {
      names,
      turn: await findTurn(tx, await viewerOf(tx, cx), row.id),
      authority: authorization,
    }),
    ...detailMembers(row),
    ...coViewerMembers(cx, row, coViewers),
    jobs: (await listJobs(tx, row.transactions.slice(0, MAX_JOBS))).map(jobView),
    ...(authorization === undefined ? {} : { authorization: authorizationView(authorization) }),
    first_request: (await countEarlierRequests(tx, row)) === 0,
    identity_check: await hasIdentityCheck(tx, row.requesterUserId, cx.clock.now()),
    decisions: decisions.map((decision) => decisionView(decision, names, taken.get(decision.id))),
    timeline: events.map((event) => eventView(event, names)),
    ...(grant === undefined ? {} : { grant_id: grant.id }),
    ...pauseMember(row, events),
    ...(await deadlineMembers(tx, cx, { row, authorization, grant })),
  };
}

/** Returns the whole of a request, for people who may read it. */
export function viewRequest(cx: Context, id: string): Promise<RequestView> {
  return inSnapshot(cx, async (tx) => {
    const { row } = await loadRequest(tx, cx, id, "request.read");
    return buildView(tx, cx, row);
  });
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
