import type { Escalation, RequestState } from "@/lib/access/requests/schema";
import { DAY_MS } from "@/lib/access/rules/limits";
import type { RequestEventKind } from "@/lib/access/rules/transitions";
import type { PolicyNumbers } from "@/lib/context/policies";
import type { InstrumentKind } from "@/lib/vocabulary";

/** Days that each part of a request's life takes. Pure rules; the caller supplies the clock. */
interface Terms {
  /** Days in which its reviewers should decide, where they are fewer than those of the policies. */
  readonly review?: number;
  /** Days until the answer is due; absent when an answer is not required. */
  readonly response?: number;
  /** Days by which the deadline may be extended, once. */
  readonly extension: number;
}

/**
 * By instrument, counted from the submission (ADR 0026). An EPOC is answered within ten days without extension
 * (Regulation (EU) 2023/1543, article 10(2)). The other periods are this product's own and are shorter where a court
 * waits.
 */
const TERMS: Readonly<Record<InstrumentKind, Terms>> = {
  court_order: { response: 14, extension: 14 },
  warrant: { response: 14, extension: 14 },
  epoc: { review: 7, response: 10, extension: 0 },
  subpoena: { response: 14, extension: 30 },
  statutory_demand: { response: 20, extension: 30 },
  audit_mandate: { response: 30, extension: 30 },
};
/** Requests of staff for their own duty: no answer is required, so they lapse after the review days. */
const WITHOUT_ORDER: Terms = { extension: 0 };

/** Reviewers are reminded this long before their date, and again on it. */
export const REMINDER_MS = 2 * DAY_MS;
/** After this time with the head of compliance, an overdue request goes to the designated executive. */
export const EXECUTIVE_AFTER_MS = 3 * DAY_MS;
/** The requester can read and answer an ended request for this long before it is closed. */
export const CLOSE_AFTER_MS = 30 * DAY_MS;

/** The two dates that both sides see. */
export interface DueDates {
  readonly dueAt: Date;
  /** Absent when an answer is not required. */
  readonly responseDueAt: Date | undefined;
}

/** Dates of a request that may have none yet. */
type Undated = { readonly [Name in keyof DueDates]?: Date | undefined };

const later = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS);

/** An instrument wants an answer by a date. */
function hasAnswer(kind: InstrumentKind | undefined): boolean {
  return termsOf(kind).response !== undefined;
}

function termsOf(kind: InstrumentKind | undefined): Terms {
  return kind === undefined ? WITHOUT_ORDER : TERMS[kind];
}

/**
 * Returns the review date and the deadline of a request that is submitted now under this kind of instrument, by the
 * policies in force. The review ends before the answer is due.
 */
export function datesFrom(
  kind: InstrumentKind | undefined,
  submittedAt: Date,
  { settings }: { readonly settings: Pick<PolicyNumbers, "review_days"> },
): DueDates {
  const { review = settings.review_days, response = review } = termsOf(kind);
  const days = Math.min(review, response, settings.review_days);
  return {
    dueAt: later(submittedAt, days),
    responseDueAt: hasAnswer(kind) ? later(submittedAt, response) : undefined,
  };
}

/** Returns the same dates after the clock was paused for this many milliseconds. */
export function pausedBy(dates: Undated, pausedMs: number): { dueAt?: Date; responseDueAt?: Date } {
  const moved = (at: Date): Date => new Date(at.getTime() + Math.max(0, pausedMs));
  const { dueAt, responseDueAt } = dates;
  return {
    ...(dueAt === undefined ? {} : { dueAt: moved(dueAt) }),
    ...(responseDueAt === undefined ? {} : { responseDueAt: moved(responseDueAt) }),
  };
}

/** Returns the latest day to which the deadline may be extended; undefined when the instrument leaves no more time. */
export function latestExtension(kind: InstrumentKind, responseDueAt: Date): Date | undefined {
  const { extension } = TERMS[kind];
  return extension === 0 ? undefined : later(responseDueAt, extension);
}

/** What the clock needs to know of a request. */
export interface Standing {
  readonly state: RequestState;
  readonly dueAt: Date | undefined;
  readonly responseDueAt: Date | undefined;
  readonly escalatedTo: Escalation | undefined;
  readonly escalatedAt: Date | undefined;
  readonly reminders: number;
  /** Its last move. */
  readonly updatedAt: Date;
  readonly grant: { readonly notAfter: Date; readonly isUsedUp: boolean } | undefined;
  /** State of the request for the rest, when this one was answered in part. */
  readonly rest: RequestState | undefined;
}

/** What the clock does to a request: a move, or a step that does not change the state. */
export type DueStep =
  | { readonly move: RequestEventKind; readonly to: RequestState }
  | { readonly note: "escalate" }
  | { readonly note: "remind"; readonly count: number };

const UNDER_REVIEW: ReadonlySet<RequestState> = new Set<RequestState>([
  "stage_1",
  "stage_2",
  "extended",
  "objected",
]);
const IN_FORCE: ReadonlySet<RequestState> = new Set<RequestState>(["approved", "active", "partial"]);
const ENDED: ReadonlySet<RequestState> = new Set<RequestState>(["expired", "revoked", "exhausted", "denied"]);
/** States of a request that has not been answered yet. */
export const UNANSWERED: ReadonlySet<RequestState> = new Set<RequestState>([
  "draft",
  "submitted",
  "document_check",
  "stage_1",
  "stage_2",
  "needs_information",
  "overdue",
  "extended",
  "objected",
]);

/**
 * Whether an answer is owed and its deadline has passed. Also true between a decision and the portal's next check of
 * the clock, before the state shows it; the request then belongs to those to whom it escalates. An open question pauses
 * the clock.
 */
export function isLate(
  { state, responseDueAt, escalatedTo }: Pick<Standing, "state" | "responseDueAt" | "escalatedTo">,
  now: Date,
): boolean {
  if (responseDueAt === undefined || !UNANSWERED.has(state)) return false;
  return escalatedTo !== undefined || (state !== "needs_information" && responseDueAt <= now);
}

/** While the scanner is away no one can review it. Reviewers are not reminded, but the deadline stays. */
function waitingStep({ responseDueAt }: Standing, nowMs: number): DueStep | undefined {
  const isDue = responseDueAt !== undefined && responseDueAt.getTime() <= nowMs;
  return isDue ? { move: "overdue", to: "overdue" } : undefined;
}

function reviewStep(one: Standing, nowMs: number): DueStep | undefined {
  const { state, dueAt, responseDueAt, reminders } = one;
  if (responseDueAt !== undefined && responseDueAt.getTime() <= nowMs)
    return { move: "overdue", to: "overdue" };
  const isAtStage = state === "stage_1" || state === "stage_2";
  if (responseDueAt === undefined && isAtStage && dueAt !== undefined && dueAt.getTime() <= nowMs)
    return { move: "lapse", to: "expired_unreviewed" };
  if (dueAt === undefined) return undefined;
  const owed = dueAt.getTime() <= nowMs ? 2 : dueAt.getTime() - REMINDER_MS <= nowMs ? 1 : 0;
  return reminders < owed ? { note: "remind", count: owed } : undefined;
}

function endOf(one: Standing, nowMs: number): DueStep | undefined {
  const { state, grant, rest } = one;
  if (grant !== undefined && grant.notAfter.getTime() <= nowMs) return { move: "expire", to: "expired" };
  if (state !== "approved" && grant?.isUsedUp === true) return { move: "exhaust", to: "exhausted" };
  if (state === "partial" && rest !== undefined && !UNANSWERED.has(rest))
    return { move: "resume", to: "active" };
  return undefined;
}

/**
 * Returns what is due for a request at this moment; undefined when no step is due. Half-open: a step is due at the
 * instant itself. A request with an open question is never due, since its clock is paused. A request that must be
 * answered never lapses (access.md "Silence is not refusal").
 */
export function dueStep(one: Standing, now: Date): DueStep | undefined {
  const nowMs = now.getTime();
  if (UNDER_REVIEW.has(one.state)) return reviewStep(one, nowMs);
  if (one.state === "document_check") return waitingStep(one, nowMs);
  if (IN_FORCE.has(one.state)) return endOf(one, nowMs);
  if (one.state === "overdue") {
    const since = one.escalatedAt?.getTime();
    const isLong = since !== undefined && since + EXECUTIVE_AFTER_MS <= nowMs;
    return one.escalatedTo === "compliance" && isLong ? { note: "escalate" } : undefined;
  }
  const isOld = one.updatedAt.getTime() + CLOSE_AFTER_MS <= nowMs;
  return ENDED.has(one.state) && isOld ? { move: "close", to: "closed" } : undefined;
}
