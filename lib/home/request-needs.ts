import "server-only";
import { bindingDue } from "@/lib/access/deadlines/shown-due";
import { listAuthorities } from "@/lib/access/legal-authorities/store";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import { listQueue, type Turn, type Viewer } from "@/lib/access/requests/queue-store";
import type { RequestState } from "@/lib/access/requests/schema";
import { type RequestRow, readListed } from "@/lib/access/requests/store";
import { requestSummary } from "@/lib/access/requests/view";
import { blindIn } from "@/lib/access/review/reading-store";
import { isExecutive, isReviewer } from "@/lib/access/rules/action-rules";
import type { Context } from "@/lib/context/context";
import { readableOf, type Viewed, viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Home, Need } from "@/lib/home/schema";
import { findQuestions, type QuestionRow } from "@/lib/home/store";
import { findPeople } from "@/lib/identity/people/people-store";
import type { Unreadable } from "@/lib/paging";

/** More than a person reads at one sitting; the list of requests has them all. */
const MAX_WAITING = 30;
const MAX_OWN = 30;
const MAX_TEAM = 8;

/** Own requests in these states wait for another person. */
const WITH_OTHERS: ReadonlySet<RequestState> = new Set<RequestState>([
  "submitted",
  "document_check",
  "stage_1",
  "stage_2",
  "approved",
  "overdue",
  "extended",
  "partial",
  "objected",
  "needs_information",
]);

async function load(tx: Tx, cx: Context, turns: readonly Turn[]): Promise<Viewed<RequestSummary>> {
  const rows = await readListed(
    tx,
    turns.map((turn) => turn.id),
  );
  const ids = rows.map((row) => row.id);
  const names = await findPeople(
    tx,
    readableOf(rows).map((row) => row.requesterUserId),
  );
  const authorities = await listAuthorities(tx, ids);
  const isBlindTo = await blindIn(tx, cx, ids, authorities);
  return viewRows(cx, "home.requests", rows, (row: RequestRow) =>
    requestSummary(row, {
      names,
      turn: turns.find((one) => one.id === row.id),
      authority: authorities.get(row.id),
      isBlind: isBlindTo(row),
    }),
  );
}

interface Case {
  readonly summary: RequestSummary;
  readonly question: QuestionRow | undefined;
  readonly isOwn: boolean;
  readonly now: Date;
}

function base({ summary }: Case): Pick<Need, "subject" | "reference" | "at"> {
  const { id, reference, updated_at: at } = summary;
  return { subject: { kind: "request", id }, reference, at };
}

/** Reviewers have their own deadline; people who wait for the answer see the answer's, where it has one. */
function due(due_at: string | undefined, now: Date): Pick<Need, "due_at" | "is_late"> {
  return due_at === undefined ? { is_late: false } : { due_at, is_late: Date.parse(due_at) <= now.getTime() };
}

function ownNeed(one: Case): Need | undefined {
  const { summary, question } = one;
  const facts = {
    transactions: summary.transactions_count,
    ...(summary.authority === undefined ? {} : { authority: summary.authority }),
  };
  if (summary.state === "draft") return { ...base(one), kind: "draft", is_late: false, facts };
  if (summary.state === "needs_information") {
    const asked =
      question === undefined ? {} : { text: question.text, stage: question.stage, person: question.person };
    const at = question?.at.toISOString() ?? summary.updated_at;
    return { ...base(one), at, kind: "question", is_late: false, facts: { ...facts, ...asked } };
  }
  const answer = due(bindingDue(summary, false), one.now);
  const isAwaited = summary.state === "stage_1" || summary.state === "stage_2";
  if (summary.state !== "overdue" && !(answer.is_late && isAwaited)) return undefined;
  return { ...base(one), ...answer, kind: "answer_overdue", is_late: true, facts };
}

/** Returns overdue requests that are with the head of compliance or with the designated executive. */
function escalatedNeed(one: Case): Need {
  const { summary, now } = one;
  return {
    ...base(one),
    ...due(summary.response_due_at, now),
    is_late: true,
    kind: "escalated",
    facts: {
      transactions: summary.transactions_count,
      person: summary.requester.name,
      organisation: summary.requester.organisation,
      ...(summary.authority === undefined ? {} : { authority: summary.authority }),
    },
  };
}

function decideNeed(one: Case): Need | undefined {
  const { summary } = one;
  if (!summary.is_waiting_for_me || summary.waiting_for === undefined || summary.waiting_for === "requester")
    return undefined;
  return {
    ...base(one),
    ...due(bindingDue(summary, true), one.now),
    kind: "decide",
    facts: {
      transactions: summary.transactions_count,
      stage: summary.waiting_for,
      person: summary.requester.name,
      organisation: summary.requester.organisation,
      ...(summary.authority === undefined ? {} : { authority: summary.authority }),
    },
  };
}

/** Returns overdue requests to the people they were escalated to; an empty list to all others. */
async function listEscalated(tx: Tx, cx: Context, viewer: Viewer): Promise<Turn[]> {
  const { principal } = cx;
  const isHead = isReviewer(principal) && principal.duties.includes("compliance");
  if (!isHead && !isExecutive(principal)) return [];
  return listQueue(tx, {
    viewer,
    ownerId: isHead ? undefined : principal.userId,
    state: "overdue",
    view: "all",
    sort: "due",
    after: undefined,
    limit: MAX_WAITING,
  });
}

/** Returns the newest questions on those requests that wait for an answer. */
async function loadQuestions(
  tx: Tx,
  cx: Context,
  summaries: readonly RequestSummary[],
): Promise<Viewed<QuestionRow>> {
  const asked = summaries.filter((one) => one.state === "needs_information").map((one) => one.id);
  const rows = asked.length === 0 ? [] : await findQuestions(tx, asked);
  return viewRows(cx, "home.questions", rows, (row: QuestionRow) => row);
}

/** Returns the requests of the caller's home: to decide, own, escalated to them, and those of their team. */
async function listTurns(tx: Tx, cx: Context, viewer: Viewer) {
  const page = { viewer, state: undefined, after: undefined } as const;
  const all = { ...page, ownerId: undefined, sort: "due" } as const;
  const mine = { ...page, ownerId: cx.principal.userId, view: "mine", sort: "newest" } as const;
  return {
    waiting:
      viewer.stages.length === 0 ? [] : await listQueue(tx, { ...all, view: "waiting", limit: MAX_WAITING }),
    own: await listQueue(tx, { ...mine, limit: MAX_OWN }),
    escalated: await listEscalated(tx, cx, viewer),
    team: isReviewer(cx.principal) ? await listQueue(tx, { ...all, view: "team", limit: MAX_TEAM }) : [],
  };
}

/** What requests need of the caller, those of the caller that are with others, and the team's. */
export async function readRequestNeeds(
  tx: Tx,
  cx: Context,
  viewer: Viewer,
): Promise<{
  readonly needs: Need[];
  readonly shown: Pick<Home, "with_others" | "team">;
  readonly unreadable: readonly Unreadable[];
}> {
  const { waiting, own, escalated, team } = await listTurns(tx, cx, viewer);
  const turns = new Map([...waiting, ...own, ...escalated, ...team].map((turn) => [turn.id, turn]));
  if (turns.size === 0) return { needs: [], shown: { with_others: [], team: [] }, unreadable: [] };
  const { items: summaries, unreadable = [] } = await load(tx, cx, [...turns.values()]);
  const { items: asked, unreadable: missing = [] } = await loadQuestions(tx, cx, summaries);
  const questions = new Map(asked.map((row) => [row.requestId, row]));
  const now = cx.clock.now();
  const cases = summaries.map((summary) => ({
    summary,
    question: questions.get(summary.id),
    isOwn: summary.requester.handle === cx.principal.handle,
    now,
  }));
  const isIn = (list: readonly Turn[], { summary }: Case): boolean =>
    list.some((turn) => turn.id === summary.id);
  const needOf = (one: Case): Need | undefined =>
    one.isOwn ? ownNeed(one) : (decideNeed(one) ?? (isIn(escalated, one) ? escalatedNeed(one) : undefined));
  const summariesOf = (is: (one: Case) => boolean) => cases.filter(is).map(({ summary }) => summary);
  return {
    needs: cases.map(needOf).filter((need) => need !== undefined),
    shown: {
      with_others: summariesOf(({ isOwn, summary }) => isOwn && WITH_OTHERS.has(summary.state)),
      team: summariesOf((one) => !one.isOwn && isIn(team, one) && !isIn(escalated, one)),
    },
    unreadable: [...unreadable, ...missing],
  };
}
