import "server-only";
import { listAuthorities } from "@/lib/access/legal-authorities/store";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import { listQueue, type Turn, type Viewer } from "@/lib/access/requests/queue-store";
import type { RequestState } from "@/lib/access/requests/schema";
import { type RequestRow, readListed } from "@/lib/access/requests/store";
import { requestSummary } from "@/lib/access/requests/view";
import { isExecutive, isReviewer } from "@/lib/access/rules/action-rules";
import type { Context } from "@/lib/context/context";
import { readableOf, type Viewed, viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
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
  return viewRows(cx, "home.requests", rows, (row: RequestRow) =>
    requestSummary(row, {
      names,
      turn: turns.find((one) => one.id === row.id),
      authority: authorities.get(row.id),
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
  const answer = due(summary.response_due_at ?? summary.due_at, one.now);
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
    ...due(summary.due_at, one.now),
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

/** What requests need of the caller, and the caller's own that are with another person. */
export async function readRequestNeeds(
  tx: Tx,
  cx: Context,
  viewer: Viewer,
): Promise<{
  readonly needs: Need[];
  readonly withOthers: RequestSummary[];
  /** What other reviewers have to decide, for reviewers. */
  readonly team: RequestSummary[];
  readonly unreadable: readonly Unreadable[];
}> {
  const { userId, handle } = cx.principal;
  const page = { viewer, state: undefined, after: undefined } as const;
  const waiting =
    viewer.stages.length === 0
      ? []
      : await listQueue(tx, {
          ...page,
          ownerId: undefined,
          view: "waiting",
          sort: "due",
          limit: MAX_WAITING,
        });
  const own = await listQueue(tx, { ...page, ownerId: userId, view: "mine", sort: "newest", limit: MAX_OWN });
  const escalated = await listEscalated(tx, cx, viewer);
  const team = isReviewer(cx.principal)
    ? await listQueue(tx, { ...page, ownerId: undefined, view: "team", sort: "due", limit: MAX_TEAM })
    : [];
  const turns = new Map([...waiting, ...own, ...escalated, ...team].map((turn) => [turn.id, turn]));
  if (turns.size === 0) return { needs: [], withOthers: [], team: [], unreadable: [] };
  const { items: summaries, unreadable = [] } = await load(tx, cx, [...turns.values()]);
  const { items: asked, unreadable: missing = [] } = await loadQuestions(tx, cx, summaries);
  const questions = new Map(asked.map((row) => [row.requestId, row]));
  const now = cx.clock.now();
  const cases = summaries.map((summary) => ({
    summary,
    question: questions.get(summary.id),
    isOwn: summary.requester.handle === handle,
    now,
  }));
  const isEscalated = ({ summary }: Case): boolean => escalated.some((turn) => turn.id === summary.id);
  return {
    needs: cases
      .map((one) =>
        one.isOwn ? ownNeed(one) : (decideNeed(one) ?? (isEscalated(one) ? escalatedNeed(one) : undefined)),
      )
      .filter((need) => need !== undefined),
    withOthers: cases
      .filter(({ isOwn, summary }) => isOwn && WITH_OTHERS.has(summary.state))
      .map(({ summary }) => summary),
    team: team.flatMap(({ id }) =>
      cases
        .filter((one) => one.summary.id === id && !one.isOwn && !isEscalated(one))
        .map(({ summary }) => summary),
    ),
    unreadable: [...unreadable, ...missing],
  };
}
