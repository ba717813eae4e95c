import "server-only";
import { stageOf } from "@/lib/access/decisions/decision-case";
import { remainingAt } from "@/lib/access/decisions/decision-statement";
import type { Remaining } from "@/lib/access/decisions/narrowing";
import { retypedFactsView } from "@/lib/access/decisions/retyped-facts-view";
import { loadSigning } from "@/lib/access/decisions/sign-decision";
import { type DecisionRow, listDecisions } from "@/lib/access/decisions/store";
import { type AuthorizationRow, findAuthorization } from "@/lib/access/legal-authorities/store";
import { knownHolds } from "@/lib/access/preservations/list-preservations";
import { loadRequest } from "@/lib/access/requests/load-request";
import { listQueue } from "@/lib/access/requests/queue-store";
import type { Stage } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import { personView } from "@/lib/access/requests/view";
import { viewerOf } from "@/lib/access/requests/viewer";
import { listDeciders } from "@/lib/access/review/assignee-store";
import { isParty, ownOrganisations, withTie } from "@/lib/access/review/conflicts/store";
import { identityOf } from "@/lib/access/review/identity-view";
import { mustReadFirst, readingMembers } from "@/lib/access/review/reading-view";
import { listReasons } from "@/lib/access/review/reasons";
import { recognitionView } from "@/lib/access/review/recognition-view";
import type { ReviewConflict, ReviewView } from "@/lib/access/review/schema";
import { type RecordRow, readHistory, readRecords } from "@/lib/access/review/store";
import type { FilingFacts } from "@/lib/access/rules/action-facts";
import { decideAction, STAGE_DUTY } from "@/lib/access/rules/action-rules";
import { grantLimits } from "@/lib/access/rules/grant-limits";
import type { Permit } from "@/lib/access/rules/permit";
import { previewPolicy } from "@/lib/access/rules/policy-preview";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import type { DecidingSet } from "@/lib/context/policies";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { validityTime } from "@/lib/escrow/protocol/statements";
import type { Locale } from "@/lib/format";
import * as people from "@/lib/identity/people/people-store";
import { findPeople } from "@/lib/identity/people/people-store";
import { getOffice } from "@/lib/organisations/store";

const MAX_QUEUE = 500;

/** A request as its decider's panel needs it, read in one snapshot. */
interface Review {
  readonly permit: Permit<"request.review">;
  readonly row: RequestRow;
  readonly requester: people.Person;
  readonly authorization: AuthorizationRow | undefined;
  readonly decisions: readonly DecisionRow[];
  readonly stage: Stage | undefined;
  readonly remaining: Remaining;
  readonly isParty: boolean;
  readonly tie: FilingFacts["tie"];
  /** The caller must read the order before its typed facts are shown. */
  readonly isBlind: boolean;
}

async function loadReview(tx: Tx, cx: Context, id: string): Promise<Review> {
  const { permit, row } = await loadRequest(tx, cx, id, "request.review");
  const requester = await people.getPerson(tx, row.requesterUserId);
  const authorization = await findAuthorization(tx, id);
  const decisions = await listDecisions(tx, id);
  const limits = grantLimits(cx.policies.active());
  const remaining = remainingAt({ row, requester, authorization, decisions, limits }, cx.clock.now());
  const { relatedPeople, facts } = await withTie(tx, cx, row);
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), row.transactions);
  const { tie } = facts;
  const stage = stageOf(row);
  const isBlind = await mustReadFirst(tx, cx, row, authorization);
  return { permit, row, requester, authorization, decisions, stage, remaining, isParty: party, tie, isBlind };
}

const decidersOf = (decisions: readonly DecisionRow[]): string[] =>
  decisions.filter((one) => one.decision !== "ask").map((one) => one.approverUserId);

/** The rules of `request.decide`, one by one, so that the page can show whether each is met. */
function conflictsOf(cx: Context, review: Review, stage: Stage): ReviewConflict[] {
  const { principal } = cx;
  const { row } = review;
  return [
    {
      id: "requester",
      holds:
        row.requesterUserId !== principal.userId &&
        review.tie !== "co-viewer" &&
        review.tie !== "second-account",
    },
    { id: "duty", holds: principal.duties.includes(STAGE_DUTY[stage]) },
    {
      id: "organisation",
      holds: row.requesterOrganisationId !== principal.organisationId && review.tie !== "organisation",
    },
    { id: "person", holds: !decidersOf(review.decisions).includes(principal.userId) },
    { id: "party", holds: !review.isParty },
  ];
}

function judge(cx: Context, review: Review): Pick<ReviewView, "may_decide" | "why_not" | "conflicts"> {
  const { stage, row } = review;
  if (stage === undefined) {
    const detail = `The request is ${row.state}: no stage waits for a decision.`;
    return { may_decide: false, why_not: { id: "decision.stage", detail }, conflicts: [] };
  }
  const { tie, isParty: party } = review;
  const facts = { ...row, tie, stage, deciders: decidersOf(review.decisions), isParty: party };
  const [against] = decideAction(cx.principal, "request.decide", facts);
  return {
    may_decide: against === undefined,
    ...(against === undefined ? {} : { why_not: { id: against.id, detail: against.detail } }),
    conflicts: conflictsOf(cx, review, stage),
  };
}

async function previewOf(tx: Tx, cx: Context, review: Review, records: readonly RecordRow[]) {
  const { row, requester, authorization } = review;
  const now = cx.clock.now();
  const duties = await people.findDuties(tx, requester.userId);
  // Holds that the officer may know of, not the reviewer's: the preview shows the officer's answer.
  const reader = { ...requester, tenantId: cx.instance.tenantId, duties };
  const holds = await knownHolds(tx, reader, row.transactions, now);
  return previewPolicy({
    officer: {
      userId: requester.userId,
      handle: requester.handle,
      organisationId: requester.organisationId,
      role: requester.role,
      duties,
      isActive: requester.isActive,
      // The officer gives a fresh proof at each opening, so a reviewer cannot judge it.
      proof: { kind: "session", sessionId: "", method: "passkey", provedAt: now, multiFactorAt: now },
      hasSecondFactor: true,
    },
    office: await getOffice(tx, requester.organisationId),
    records: records.map((record) => ({ ...record, holdUntil: holds.get(record.id) })),
    asked: row.groups,
    remaining: review.remaining,
    level: row.level,
    purpose: row.purpose,
    requestId: row.id,
    authorization,
    approvals: row.quorums.legal + row.quorums.coordinator,
    isEvaluation: cx.instance.evaluation,
    now,
    policies: cx.policies.active(),
  });
}

async function queueOf(tx: Tx, cx: Context, id: string): Promise<ReviewView["queue"]> {
  const viewer = await viewerOf(tx, cx);
  const page = { viewer, ownerId: undefined, state: undefined, view: "waiting", sort: "due" } as const;
  const ids = (await listQueue(tx, { ...page, after: undefined, limit: MAX_QUEUE })).map((turn) => turn.id);
  const at = ids.indexOf(id);
  const [previous, next] = at < 0 ? [undefined, ids[0]] : [ids[at - 1], ids[at + 1]];
  return {
    total: ids.length,
    ...(at < 0 ? {} : { position: at + 1 }),
    ...(previous === undefined ? {} : { previous }),
    ...(next === undefined ? {} : { next }),
  };
}

async function officerOf(tx: Tx, cx: Context, review: Review): Promise<ReviewView["officer"]> {
  const { row, requester, permit } = review;
  // Counts leave out what is sealed from the reader.
  const except = [row.id, ...(await findSealedCases(tx, cx))];
  const history = await readHistory(tx, permit, { userId: requester.userId, except });
  const { name, organisation } = personView(await findPeople(tx, [requester.userId]), requester.userId);
  return { name, organisation, ...history, is_first_request: history.requests === 0 };
}

function remainingView({ remaining, row, isBlind }: Review): ReviewView["remaining"] {
  return {
    transactions: [...remaining.transactions],
    fields: [...remaining.groups],
    level: row.level,
    not_before: validityTime(remaining.notBefore),
    ...(isBlind ? {} : { not_after: validityTime(remaining.notAfter) }),
    max_views: remaining.maxViews,
    max_exports: remaining.maxExports,
  };
}

/** The stored set by its number; a set that is not stored is the default. */
function nameOf({ number }: DecidingSet): string {
  return number === undefined ? "default" : String(number);
}

async function viewReview(tx: Tx, cx: Context, id: string): Promise<Omit<ReviewView, "signing" | "reasons">> {
  const review = await loadReview(tx, cx, id);
  const { row, stage } = review;
  const records = await readRecords(tx, review.permit, row.transactions);
  const preview = await previewOf(tx, cx, review, records);
  return {
    request_id: row.id,
    version: row.version,
    ...(stage === undefined ? {} : { stage }),
    ...judge(cx, review),
    policy: {
      version: review.permit.policyVersion,
      name: nameOf(cx.policies.active()),
      groups: preview.groups,
      conditions: preview.conditions,
    },
    remaining: remainingView(review),
    officer: await officerOf(tx, cx, review),
    identity_check: await identityOf(tx, cx, review.requester),
    ...(await recognitionView(tx, cx, review.authorization)),
    reads_blind: review.isBlind,
    ...(await readingMembers(tx, cx, review)),
    deciders: (await listDeciders(tx, cx.instance.tenantId)).map(({ handle, name }) => ({ handle, name })),
    readings: retypedFactsView(
      review.decisions,
      cx.principal.userId,
      await people.findPeople(tx, decidersOf(review.decisions)),
    ),
    transactions: records.map((record) => ({
      id: record.id,
      job_id: record.jobId,
      status: record.status,
      created_at: record.createdAt.toISOString(),
      participants: [...record.participants],
      fields: [...record.groups],
      is_open: preview.open.has(record.id),
    })),
    queue: await queueOf(tx, cx, id),
  };
}

/**
 * Returns everything a decider needs in addition to the request itself. The requester and their organisation get 403.
 * The program's own templates of reasons are in the given language.
 */
export async function reviewRequest(cx: Context, id: string, language: Locale = "en"): Promise<ReviewView> {
  const view = await inSnapshot(cx, (tx) => viewReview(tx, cx, id));
  return { ...view, reasons: (await listReasons(cx, language)).items, signing: await loadSigning(cx) };
}
