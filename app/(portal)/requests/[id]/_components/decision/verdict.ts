import type { ReviewView as Shown } from "@/lib/access/review/schema";
import type { GroupName } from "@/lib/vocabulary";
import {
  confirmsOf,
  type FactName,
  judgeReading,
  type OrderOnRecord,
  type Reading,
  readDate,
  type Verdict,
} from "../order/order-reading";

/** What a decider has typed and chosen so far. It has only facts of the order and choices, no sealed data. */
export interface Draft {
  readonly reading: Reading;
  /** Taken away from what remains. */
  readonly withoutTransactions: readonly string[];
  readonly withoutFields: readonly GroupName[];
  /** An earlier end, as typed. */
  readonly until: string;
  /** Fewer views, as typed. */
  readonly views: string;
  /** Fewer exports, as typed; none too. */
  readonly exports: string;
  readonly reason: string;
  /** By what a foreign order counts that states nothing of it, as typed. */
  readonly recognition: string;
}

export type Act = "approve" | "narrow" | "ask" | "deny";

/** A review with an end. */
type ReviewView = Shown & { readonly remaining: { readonly not_after: string } };

/** Stands for the end of access while that is withheld. Nothing can be granted until the order is read. */
const COVERED_END = "9999-12-31T00:00:00Z";

function withEnd(review: Shown): ReviewView {
  const { remaining } = review;
  return { ...review, remaining: { ...remaining, not_after: remaining.not_after ?? COVERED_END } };
}

/** Why granting is not possible now; each has its sentence in the page. */
export type Obstacle =
  | "identity"
  | "recognition"
  | "unrecognised"
  | "reading"
  | "differs"
  | "earlier"
  | "narrowed"
  | "nothingNarrowed"
  | "nothingLeft"
  | "untilUnclear"
  | "viewsUnclear"
  | "exportsUnclear";

/** What would be granted, with what each member was before. */
export interface Granted {
  readonly transactions: readonly string[];
  readonly fields: readonly GroupName[];
  readonly notAfter: string;
  readonly maxViews: number;
  readonly maxExports: number;
  readonly isNarrowed: boolean;
  /** The end comes from the order's own, which ends before access would. */
  readonly isEndFromOrder: boolean;
}

export interface Judged {
  readonly verdicts: Readonly<Record<FactName, Verdict>> | undefined;
  readonly granted: Granted;
  /** Against approving as asked, and against narrowing. */
  readonly obstacles: Readonly<Record<"approve" | "narrow", readonly Obstacle[]>>;
  /** The act that the facts support; none while they are not read. */
  readonly supported: Act | undefined;
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The end that was typed, the order's own where it is earlier, or what remains. */
function endOf(draft: Draft, review: ReviewView, isEarlier: boolean) {
  const left = Date.parse(review.remaining.not_after);
  const typed = draft.until.trim() === "" ? undefined : readDate(draft.until)?.endMs;
  const order = isEarlier ? readDate(draft.reading.valid_until)?.endMs : undefined;
  const end = Math.min(left, typed ?? left, order ?? left);
  return { end, isEndFromOrder: order !== undefined && end === order && end < left && typed !== end };
}

function viewsOf(draft: Draft, review: ReviewView): number | undefined {
  if (draft.views.trim() === "") return review.remaining.max_views;
  const views = /^[1-9]\d{0,4}$/.test(draft.views.trim()) ? Number(draft.views) : undefined;
  return views !== undefined && views <= review.remaining.max_views ? views : undefined;
}

function exportsOf(draft: Draft, review: ReviewView): number | undefined {
  if (draft.exports.trim() === "") return review.remaining.max_exports;
  const exports = /^(0|[1-9]\d{0,2})$/.test(draft.exports.trim()) ? Number(draft.exports) : undefined;
  return exports !== undefined && exports <= review.remaining.max_exports ? exports : undefined;
}

function grantedOf(draft: Draft, review: ReviewView, isEarlier: boolean): Granted {
  const { remaining } = review;
  const transactions = remaining.transactions.filter((id) => !draft.withoutTransactions.includes(id));
  const fields = remaining.fields.filter((group) => !draft.withoutFields.includes(group));
  const { end, isEndFromOrder } = endOf(draft, review, isEarlier);
  const maxViews = viewsOf(draft, review) ?? remaining.max_views;
  const maxExports = exportsOf(draft, review) ?? remaining.max_exports;
  const isNarrowed =
    transactions.length < remaining.transactions.length ||
    fields.length < remaining.fields.length ||
    end < Date.parse(remaining.not_after) ||
    maxViews < remaining.max_views ||
    maxExports < remaining.max_exports ||
    isEarlier;
  return { transactions, fields, notAfter: instant(end), maxViews, maxExports, isNarrowed, isEndFromOrder };
}

/** Typed ends that are not dates, or that would add time. */
function isUntilUnclear(draft: Draft, review: ReviewView): boolean {
  if (draft.until.trim() === "") return false;
  const read = readDate(draft.until);
  return read === undefined || read.endMs > Date.parse(review.remaining.not_after);
}

/** Whether this decider records by what the order counts here. */
export function recordsRecognition({ recognition, stage }: Pick<Shown, "recognition" | "stage">): boolean {
  return recognition?.standing === "missing" && stage === "legal";
}

function recognitionFault(draft: Draft, review: ReviewView): Obstacle | undefined {
  if (review.recognition?.standing !== "missing") return undefined;
  if (!recordsRecognition(review)) return "unrecognised";
  return draft.recognition.trim() === "" ? "recognition" : undefined;
}

function commonObstacles(
  draft: Draft,
  review: ReviewView,
  granted: Granted,
  verdicts: Judged["verdicts"],
): Obstacle[] {
  const found: Obstacle[] = [];
  const { identity_check: identity } = review;
  if (identity.is_required && !identity.is_valid) found.push("identity");
  const unrecognised = recognitionFault(draft, review);
  if (unrecognised !== undefined) found.push(unrecognised);
  const all = verdicts === undefined ? [] : Object.values(verdicts);
  if (review.reads_blind) found.push("reading");
  if (all.includes("differs")) found.push("differs");
  else if (all.some((verdict) => ["empty", "typing", "unclear"].includes(verdict))) found.push("reading");
  if (granted.transactions.length === 0 || granted.fields.length === 0) found.push("nothingLeft");
  if (isUntilUnclear(draft, review)) found.push("untilUnclear");
  if (viewsOf(draft, review) === undefined) found.push("viewsUnclear");
  if (exportsOf(draft, review) === undefined) found.push("exportsUnclear");
  return found;
}

function supportedBy(obstacles: Judged["obstacles"], granted: Granted): Act | undefined {
  if (obstacles.narrow.includes("differs")) return "ask";
  if (obstacles.approve.length === 0) return "approve";
  return granted.isNarrowed && obstacles.narrow.length === 0 ? "narrow" : undefined;
}

/** What the facts so far say. The first decider's narrowing to an earlier end holds for the second as well. */
export function judge(draft: Draft, shown: Shown, order: OrderOnRecord | undefined): Judged {
  const review = withEnd(shown);
  const verdicts = order === undefined ? undefined : judgeReading(draft.reading, order);
  const readEnd = readDate(draft.reading.valid_until)?.endMs;
  const isCovered =
    readEnd !== undefined &&
    Date.parse(review.remaining.not_after) <= readEnd &&
    review.stage === "coordinator";
  const isEarlier = verdicts?.valid_until === "earlier" && !isCovered;
  const granted = grantedOf(draft, review, isEarlier);
  const common = commonObstacles(draft, review, granted, verdicts);
  const obstacles = {
    approve: [
      ...common,
      ...(isEarlier ? ["earlier" as const] : granted.isNarrowed ? ["narrowed" as const] : []),
    ],
    narrow: [...common, ...(granted.isNarrowed ? [] : ["nothingNarrowed" as const])],
  };
  return { verdicts, granted, obstacles, supported: supportedBy(obstacles, granted) };
}

/** The decision's body as the API takes it. Members that take nothing away are left out. */
export function bodyOf(act: Act, draft: Draft, shown: Shown, judged: Judged) {
  const review = withEnd(shown);
  const stage = review.stage ?? "legal";
  const comment = draft.reason.trim();
  if (act === "ask" || act === "deny") return { stage, decision: act, comment };
  const { granted } = judged;
  const { remaining } = review;
  const confirms = {
    ...(judged.verdicts === undefined ? {} : { confirms: confirmsOf(draft.reading) }),
    ...(recordsRecognition(review) ? { recognition_basis: draft.recognition.trim() } : {}),
  };
  if (act === "approve") return { stage, decision: "approve" as const, comment, ...confirms };
  const hasFewer = granted.transactions.length < remaining.transactions.length;
  const scope = {
    ...(hasFewer ? { transactions: [...granted.transactions] } : {}),
    ...(granted.fields.length < remaining.fields.length ? { fields: [...granted.fields] } : {}),
  };
  return {
    stage,
    decision: "approve" as const,
    comment,
    ...confirms,
    ...(Object.keys(scope).length === 0 ? {} : { scope }),
    ...(granted.notAfter < remaining.not_after || judged.verdicts?.valid_until === "earlier"
      ? { until: granted.notAfter }
      : {}),
    ...(granted.maxViews < remaining.max_views ? { max_views: granted.maxViews } : {}),
    ...(granted.maxExports < remaining.max_exports ? { max_exports: granted.maxExports } : {}),
  };
}
