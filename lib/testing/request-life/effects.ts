import {
  type Actor,
  DAY,
  type GrantLife,
  HOUR,
  isOwed,
  type Life,
  lineOf,
  mayEndOrder,
  newLife,
  TERMS,
  UNANSWERED,
} from "@/lib/testing/request-life/model";

// What acts and the clock do to a request. The model (model.ts) says whether an act is allowed.

function move(one: Life, to: string, now: number): void {
  one.state = to;
  one.movedAt = Math.max(now, one.movedAt + 1);
}

function toStage(one: Life, stage: 1 | 2, now: number): void {
  one.stage = stage;
  move(one, `stage_${stage}`, now);
}

function submitted(one: Life, now: number): void {
  one.isSent = true;
  const [review, answer] = one.kind === undefined ? [10, undefined] : TERMS[one.kind];
  one.review = now + review * DAY;
  if (answer !== undefined) one.answer = now + answer * DAY;
  if (one.order === "draft") one.order = "legal_review";
  if (one.scan === "pending") move(one, "document_check", now);
  else toStage(one, 1, now);
}

function answered(one: Life, now: number): void {
  const paused = now - one.askedAt;
  one.review += paused;
  one.answer += paused;
  if (one.stage === 2) toStage(one, 2, now);
  else toStage(one, 1, now);
}

function extended(one: Life, now: number): void {
  const reserve = one.answer - one.review;
  one.answer += (one.kind === undefined ? 0 : TERMS[one.kind][2]) * DAY;
  one.review = one.answer - reserve;
  one.isExtended = true;
  one.reminders = 0;
  move(one, "extended", now);
}

export function endGrant(one: Life, state: GrantLife["state"], now: number): void {
  if (one.grant?.state !== "active") return;
  one.grant.state = state;
  if (["active", "partial"].includes(one.state)) move(one, state, now);
}

/** One order is behind every request of the line. If it may not end in this way, it stays. */
function endOrder(one: Life, to: "suspended" | "revoked", now: number): void {
  one.order = to;
  endGrant(one, "revoked", now);
  for (const other of [...lineOf(one)].filter((each) => each !== one)) {
    const ends = isOwed(other) && UNANSWERED.includes(other.state) ? "suspended" : to;
    if (!mayEndOrder(other, "legal", now, ends)) continue;
    other.order = ends;
    endGrant(other, "revoked", now);
  }
}

function restFrom(one: Life, now: number): void {
  const left = one.fields.filter((field) => one.grant?.fields.includes(field) === false);
  // A removed co-viewer does not return with the remaining ones.
  const viewer = one.viewer === "named" ? "named" : "none";
  const rest: Life = Object.assign(newLife(one.kind, false, now, one.basis), {
    fields: left,
    viewer,
    parent: one,
  });
  submitted(rest, now);
  rest.answer = one.answer;
  rest.review = Math.min(rest.review, one.answer);
  one.rest = rest;
  move(one, "partial", now);
}

type Effect = (one: Life, by: Actor, now: number) => void;

const approved = (one: Life, by: Actor): void => {
  one.deciders.push(by);
  if (one.order === "legal_review") one.order = "active";
};

/** What an act does when it is done. The caller reads the grant from the database and checks its bounds there. */
export const DOES: Readonly<Record<string, Effect>> = {
  submit: (one, _by, now) => submitted(one, now),
  withdraw: (one, _by, now) => move(one, "withdrawn", now),
  comment: (one, by, now) => {
    if (by === "owner" && one.state === "needs_information") answered(one, now);
  },
  legal: (one, by, now) => {
    one.deciders.push(by);
    one.firstUntil = now + 30 * DAY;
    toStage(one, 2, now);
  },
  last: (one, by, now) => {
    approved(one, by);
    move(one, "active", now);
  },
  narrowed: (one, by, now) => {
    approved(one, by);
    move(one, "active", now);
  },
  "ask 1": (one, _by, now) => {
    one.askedAt = now;
    move(one, "needs_information", now);
  },
  "ask 2": (one, _by, now) => {
    one.askedAt = now;
    move(one, "needs_information", now);
  },
  "deny 1": (one, by, now) => {
    one.deciders.push(by);
    move(one, "denied", now);
  },
  "deny 2": (one, by, now) => {
    one.deciders.push(by);
    move(one, "denied", now);
  },
  extend: (one, _by, now) => extended(one, now),
  object: (one, _by, now) => move(one, "objected", now),
  settle: (one, _by, now) => toStage(one, one.stage === 2 ? 2 : 1, now),
  partly: (one, _by, now) => restFrom(one, now),
  revoke: (one, _by, now) => endGrant(one, "revoked", now),
  endRelease: (one, _by, now) => endGrant(one, "revoked", now),
  view: (one) => {
    if (one.grant !== undefined) one.grant.views += 1;
  },
  open: (one) => {
    if (one.grant !== undefined) one.grant.views += 1;
  },
  look: (one) => {
    if (one.grant !== undefined) one.grant.views += 1;
  },
  takeOut: (one) => {
    one.viewer = "out";
  },
  suspend: (one, _by, now) => endOrder(one, "suspended", now),
  unlawful: (one, _by, now) => endOrder(one, "revoked", now),
  propose: (one, _by, now) => {
    one.release = { until: now + 72 * HOUR, words: [] };
  },
  word: (one, by, now) => {
    if (one.release === undefined || one.release.words.includes(by)) return;
    one.release.words.push(by);
    if (one.release.words.length !== 2) return;
    one.order = "active";
    move(one, "active", now);
  },
};

/** Records the scanner's result. */
export function scanned(one: Life, isClean: boolean, now: number): void {
  if (one.scan !== "pending") return;
  one.scan = isClean ? "done" : "infected";
  const waits = one.state === "document_check" || (one.state === "overdue" && one.stage === 0);
  if (!waits) return;
  if (!isClean) {
    one.escalated = undefined;
    move(one, "draft", now);
  } else if (one.state === "overdue") {
    one.stage = 1;
    one.movedAt = now;
  } else toStage(one, 1, now);
}

function becomeOverdue(one: Life, now: number): void {
  if (one.escalated === undefined) {
    one.escalated = "compliance";
    one.escalatedAt = Math.max(now, one.movedAt + 1);
  }
  move(one, "overdue", now);
}

function underReview(one: Life, now: number): void {
  const isAtStage = one.state === "stage_1" || one.state === "stage_2";
  const owed = one.review <= now ? 2 : one.review - 2 * DAY <= now ? 1 : 0;
  if (one.answer <= now) becomeOverdue(one, now);
  else if (isAtStage && !isOwed(one) && one.review <= now) move(one, "expired_unreviewed", now);
  else if (one.state !== "document_check") one.reminders = Math.max(one.reminders, owed);
}

function withAccess(one: Life, now: number): void {
  const { grant, rest } = one;
  if (grant !== undefined && grant.until <= now) endGrant(one, "expired", now);
  else if (grant !== undefined && grant.views >= grant.max) endGrant(one, "exhausted", now);
  else if (one.state === "partial" && rest !== undefined && !UNANSWERED.includes(rest.state))
    move(one, "active", now);
}

/** Does one round of the clock for one request: at most one step. */
export function kept(one: Life, now: number): void {
  if (["document_check", "stage_1", "stage_2", "extended", "objected"].includes(one.state))
    underReview(one, now);
  else if (["active", "partial"].includes(one.state)) withAccess(one, now);
  else if (one.state === "overdue") {
    if (one.escalated === "compliance" && one.escalatedAt + 3 * DAY <= now) one.escalated = "executive";
  } else if (
    ["expired", "revoked", "exhausted", "denied"].includes(one.state) &&
    one.movedAt + 30 * DAY <= now
  )
    move(one, "closed", now);
}
