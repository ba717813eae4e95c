import "server-only";
import type { RequestSummary } from "@/lib/access/answer-schema";
import { listAuthorities } from "@/lib/access/authorizations/store";
import { listQueue, type Turn } from "@/lib/access/queue/store";
import { loadNames } from "@/lib/access/request-view";
import { readListed } from "@/lib/access/requests/store";
import type { RequestState } from "@/lib/access/schema";
import { requestSummary } from "@/lib/access/view";
import { viewerOf } from "@/lib/access/viewer";
import type { Context } from "@/lib/context";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import { findQuestions, type QuestionRow } from "@/lib/home/store";

/** More than a person reads at one sitting; the list of requests has them all. */
const MAX_WAITING = 30;
const MAX_OWN = 30;

/** Own requests in these states are with somebody else. */
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

async function load(tx: Tx, turns: readonly Turn[]): Promise<RequestSummary[]> {
  const rows = await readListed(
    tx,
    turns.map((turn) => turn.id),
  );
  const ids = rows.map((row) => row.id);
  const names = await loadNames(
    tx,
    rows.map((row) => row.requesterUserId),
  );
  const authorities = await listAuthorities(tx, ids);
  return rows.map((row) =>
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

function due({ summary, now }: Case): Pick<Need, "due_at" | "is_late"> {
  const { due_at } = summary;
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
  const { is_late } = due(one);
  const isAwaited = summary.state === "stage_1" || summary.state === "stage_2";
  if (summary.state !== "overdue" && !(is_late && isAwaited)) return undefined;
  return { ...base(one), ...due(one), kind: "answer_overdue", is_late: true, facts };
}

function decideNeed(one: Case): Need | undefined {
  const { summary } = one;
  if (!summary.is_waiting_for_me || summary.waiting_for === undefined || summary.waiting_for === "requester")
    return undefined;
  return {
    ...base(one),
    ...due(one),
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

/** What requests need of the caller, and the caller's own that are with somebody else. */
export async function readRequestNeeds(
  tx: Tx,
  cx: Context,
): Promise<{ readonly needs: Need[]; readonly withOthers: RequestSummary[] }> {
  const viewer = viewerOf(cx);
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
  const turns = [...waiting, ...own.filter((turn) => !waiting.some((other) => other.id === turn.id))];
  if (turns.length === 0) return { needs: [], withOthers: [] };
  const summaries = await load(tx, turns);
  const asked = summaries.filter((one) => one.state === "needs_information").map((one) => one.id);
  const questions = asked.length === 0 ? new Map<string, QuestionRow>() : await findQuestions(tx, asked);
  const now = cx.clock.now();
  const cases = summaries.map((summary) => ({
    summary,
    question: questions.get(summary.id),
    isOwn: summary.requester.handle === handle,
    now,
  }));
  return {
    needs: cases
      .map((one) => (one.isOwn ? ownNeed(one) : decideNeed(one)))
      .filter((need) => need !== undefined),
    withOthers: cases
      .filter(({ isOwn, summary }) => isOwn && WITH_OTHERS.has(summary.state))
      .map(({ summary }) => summary),
  };
}
