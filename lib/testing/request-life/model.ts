import type { InstrumentKind } from "@/lib/vocabulary";

// What a request may become, written again by hand from access.md and the ADRs. It shares no code with the use cases or the database's
// table: random sequences compare the three (lib/access/deadlines/sequences.integration.test.ts). effects.ts says what acts do, orders.ts
// and break-glass.ts cover their parts, and play.ts plays a sequence.

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Days to review, to answer, and by which the deadline can be extended. */
export const TERMS: Readonly<Record<InstrumentKind, readonly [number, number, number]>> = {
  court_order: [10, 14, 14],
  warrant: [10, 14, 14],
  epoc: [7, 10, 0],
  subpoena: [10, 14, 30],
  statutory_demand: [10, 20, 30],
  audit_mandate: [10, 30, 30],
};

/** Who acts, named by what they may do. */
export type Actor =
  | "owner"
  | "legal"
  | "both"
  | "approver"
  | "second"
  | "head"
  | "chair"
  | "officer"
  | "auditor"
  | "support"
  | "viewer"
  | "holder";

/** A grant as the database has it when it is made; its views are counted here. */
export interface GrantLife {
  readonly from: number;
  readonly until: number;
  readonly max: number;
  readonly fields: readonly string[];
  readonly isReleased: boolean;
  views: number;
  state: "active" | "revoked" | "expired" | "exhausted";
}

/** The order under which one or more requests are filed. */
export interface Basis {
  /** Single use: it serves one request. The remainder of that request is the same use. */
  readonly isOnce: boolean;
  /** Signed by a registered key, which may be revoked. */
  readonly isSigned: boolean;
  isRevoked: boolean;
  /** Every request of the officer to which it was attached. */
  readonly requests: Life[];
}

/** All that decides what may happen to a request. */
export interface Life {
  readonly kind: InstrumentKind | undefined;
  readonly basis: Basis;
  readonly fields: readonly string[];
  state: string;
  /** Its stage, or the stage it had before it left the stages (question, extension, overdue); 0 before any. */
  stage: 0 | 1 | 2;
  isSent: boolean;
  scan: "done" | "pending" | "infected";
  order: "none" | "draft" | "legal_review" | "suspended" | "revoked" | "active" | "exhausted" | "closed";
  review: number;
  answer: number;
  askedAt: number;
  movedAt: number;
  isExtended: boolean;
  reminders: number;
  escalated: "compliance" | "executive" | undefined;
  escalatedAt: number;
  deciders: Actor[];
  /** Until when the first decider's approval lasts. */
  firstUntil: number;
  release: { readonly until: number; readonly words: Actor[] } | undefined;
  grant: GrantLife | undefined;
  /** The co-viewer's state; staff requests have none ("none"). */
  viewer: "none" | "named" | "out";
  parent: Life | undefined;
  rest: Life | undefined;
}

/** Returns a draft, with its order attached if it has one. */
export function newLife(
  kind: InstrumentKind | undefined,
  isPending: boolean,
  at: number,
  basis: Basis,
): Life {
  const one: Life = {
    kind,
    basis,
    fields: ["amount", "pricing"],
    state: "draft",
    stage: 0,
    isSent: false,
    scan: isPending ? "pending" : "done",
    order: kind === undefined ? "none" : "draft",
    review: Number.POSITIVE_INFINITY,
    answer: Number.POSITIVE_INFINITY,
    askedAt: 0,
    movedAt: at,
    isExtended: false,
    reminders: 0,
    escalated: undefined,
    escalatedAt: 0,
    deciders: [],
    firstUntil: Number.POSITIVE_INFINITY,
    release: undefined,
    grant: undefined,
    viewer: kind === undefined ? "none" : "named",
    parent: undefined,
    rest: undefined,
  };
  basis.requests.push(one);
  return one;
}

/** Returns a request, the one it continues, and its remainders. One order is behind them, with one use of it. */
export function lineOf(one: Life): Set<Life> {
  const line = new Set([one]);
  for (const each of line)
    for (const next of [each.parent, each.rest]) if (next !== undefined) line.add(next);
  return line;
}

/**
 * Returns whether an order for single use has served a request outside this line. A request without a grant does not use it, once its end
 * is recorded, and neither does a grant that ended with nothing opened.
 */
export function isUsed({ isOnce, requests }: Basis, exempt: ReadonlySet<Life>): boolean {
  const unused = ["none", "draft", "closed"];
  const serves = ({ grant, order }: Life): boolean =>
    grant === undefined ? !unused.includes(order) : grant.state === "active" || grant.views > 0;
  return isOnce && requests.some((each) => !exempt.has(each) && serves(each));
}

export const UNANSWERED: readonly string[] = [
  "draft",
  "submitted",
  "document_check",
  "stage_1",
  "stage_2",
  "needs_information",
  "overdue",
  "extended",
  "objected",
];
const seconds = (at: number): number => Math.floor(at / 1000);
export const isOwed = (one: Life): boolean => Number.isFinite(one.answer);
const isLate = (one: Life, now: number): boolean =>
  isOwed(one) &&
  UNANSWERED.includes(one.state) &&
  (one.escalated !== undefined || (one.state !== "needs_information" && one.answer <= now));
const isReviewer = (by: Actor): boolean => ["legal", "both", "approver", "second", "head"].includes(by);
const DUTY = { 1: ["legal", "both"], 2: ["approver", "second", "both"] } as const;
const standing = (one: Life): boolean => one.order === "none" || one.order === "legal_review";

export function isInForce(one: Life, now: number): boolean {
  const { grant } = one;
  return (
    grant?.state === "active" &&
    seconds(grant.from) * 1000 <= now &&
    now < grant.until &&
    grant.views < grant.max
  );
}

/**
 * Returns whether a decider may decide. Once a release was proposed, deciders cannot decide on an overdue request for the rest of a
 * sequence. The use cases allow it after three days by the sequence's clock, but the database uses its own clock, which has not moved.
 */
function mayDecide(one: Life, by: Actor, stage: 1 | 2): boolean {
  return (
    (DUTY[stage] as readonly Actor[]).includes(by) &&
    one.stage === stage &&
    [`stage_${stage}`, "overdue", "extended"].includes(one.state) &&
    !one.deciders.includes(by) &&
    !(one.state === "overdue" && one.release !== undefined)
  );
}

const isOpen = (one: Life, now: number): boolean =>
  one.release !== undefined && one.release.words.length < 2 && now < one.release.until;

const mayRelease = (one: Life): boolean =>
  one.state === "overdue" &&
  one.escalated === "executive" &&
  one.stage > 0 &&
  (one.order === "legal_review" || one.order === "suspended");

export function mayEndOrder(one: Life, by: Actor, now: number, to: "suspended" | "revoked"): boolean {
  const from = to === "suspended" ? ["legal_review", "active"] : ["legal_review", "active", "suspended"];
  if (!isReviewer(by) || !one.isSent || !from.includes(one.order)) return false;
  if (one.state === "overdue" || isLate(one, now) || one.grant?.isReleased === true) return false;
  return to === "suspended" || !(isOwed(one) && UNANSWERED.includes(one.state));
}

type Rule = (one: Life, by: Actor, now: number) => boolean;

/** Whether an act is done; otherwise it is refused. */
export const MAY: Readonly<Record<string, Rule>> = {
  submit: (one, by) =>
    by === "owner" &&
    one.state === "draft" &&
    one.scan !== "infected" &&
    !one.basis.isRevoked &&
    !isUsed(one.basis, lineOf(one)),
  change: (one, by) => by === "owner" && one.state === "draft",
  withdraw: (one, by) => by === "owner" && UNANSWERED.includes(one.state),
  comment: (one, by) => by === "owner" || (one.isSent && isReviewer(by)),
  legal: (one, by) => mayDecide(one, by, 1) && standing(one),
  last: (one, by, now) => mayDecide(one, by, 2) && standing(one) && seconds(now) < seconds(one.firstUntil),
  narrowed: (one, by, now) =>
    mayDecide(one, by, 2) &&
    standing(one) &&
    seconds(now) < seconds(one.firstUntil) &&
    one.fields.includes("amount"),
  "ask 1": (one, by) => mayDecide(one, by, 1),
  "ask 2": (one, by) => mayDecide(one, by, 2),
  "deny 1": (one, by) => mayDecide(one, by, 1),
  "deny 2": (one, by) => mayDecide(one, by, 2),
  extend: (one, by, now) =>
    isReviewer(by) &&
    ["stage_1", "stage_2"].includes(one.state) &&
    one.kind !== undefined &&
    !one.isExtended &&
    !isLate(one, now) &&
    TERMS[one.kind][2] > 0,
  object: (one, by) =>
    (by === "legal" || by === "both") &&
    isOwed(one) &&
    ["stage_1", "stage_2", "extended"].includes(one.state),
  settle: (one, by) => (by === "legal" || by === "both") && one.state === "objected",
  partly: (one, by) =>
    isReviewer(by) &&
    one.state === "active" &&
    one.rest === undefined &&
    one.grant !== undefined &&
    one.grant.fields.length < one.fields.length,
  revoke: (one, by) =>
    (by === "owner" || isReviewer(by)) && one.grant?.state === "active" && !one.grant.isReleased,
  view: (one, by, now) => by === "owner" && isInForce(one, now),
  open: (one, by, now) => by === "owner" && isInForce(one, now),
  // What executives release is for the requester only.
  look: (one, by, now) =>
    by === "viewer" && one.viewer === "named" && isInForce(one, now) && one.grant?.isReleased === false,
  takeOut: (one, by) => (by === "owner" || isReviewer(by)) && one.isSent && one.viewer === "named",
  suspend: (one, by, now) => mayEndOrder(one, by, now, "suspended"),
  unlawful: (one, by, now) => mayEndOrder(one, by, now, "revoked"),
  propose: (one, by, now) => (by === "chair" || by === "officer") && mayRelease(one) && !isOpen(one, now),
  // An executive who signed may send the signature again. It is answered as the first time, and changes nothing.
  word: (one, by, now) =>
    one.release?.words.length === 2
      ? one.release.words.includes(by)
      : (by === "chair" || by === "officer") &&
        mayRelease(one) &&
        isOpen(one, now) &&
        one.release?.words.includes(by) === false,
  endRelease: (one, by) =>
    (by === "chair" || by === "owner") && one.grant?.isReleased === true && one.grant.state === "active",
};
