import "server-only";
import { listSignatures, type SignatureRow } from "@/lib/administration/access-review/decisions-store";
import { type Candidate, mayReview } from "@/lib/administration/access-review/reviewers";
import { listCandidates, listRows, type RowRecord } from "@/lib/administration/access-review/rows-store";
import type { ReviewCounts } from "@/lib/administration/access-review/schema";
import { findReview, lockReview, type ReviewRecord } from "@/lib/administration/access-review/store";
import type { Context } from "@/lib/context/context";
import { isUnreadable, type Readable } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Unreadable } from "@/lib/paging";

/** A review with its rows and the people who may decide on them. */
export interface LoadedReview {
  readonly review: ReviewRecord;
  /** Those that the caller reads. */
  readonly rows: readonly RowRecord[];
  readonly all: readonly RowRecord[];
  /** Of all rows. */
  readonly unreadable: readonly Unreadable[];
  readonly candidates: readonly Candidate[];
}

/** Time between reviews: the next one begins automatically this long after the one before. */
const EVERY_MONTHS = 6;

/** Returns when the review after one that began at this time begins by itself. */
export function nextBegin(last: Date): Date {
  const next = new Date(last);
  next.setUTCMonth(next.getUTCMonth() + EVERY_MONTHS);
  return next;
}

type Caller = Pick<Context, "principal">;

/** Whether the caller may begin a review by hand: administrators and the operator's compliance. */
export function mayBegin({ principal: { userId } }: Caller, candidates: readonly Candidate[]): boolean {
  const own = candidates.find((one) => one.userId === userId);
  return own?.isAdministrator === true || own?.isCompliance === true;
}

/**
 * Returns the organisation whose rows the caller reads; undefined for all. The reviewer that an organisation names reads
 * that organisation. Throws `access.forbidden`.
 */
function requireReader(cx: Caller, candidates: readonly Candidate[]): string | undefined {
  // An auditor whom their agency names as its reviewer still reads all: reading is not a decision.
  if (cx.principal.role === "auditor" || mayBegin(cx, candidates)) return undefined;
  const own = candidates.find(({ userId }) => userId === cx.principal.userId);
  if (own?.isNamed === true) return own.organisationId;
  throw new DomainError("access.forbidden", {
    detail:
      "Only administrators, auditors, compliance and the reviewers of an organisation can read access reviews.",
  });
}

/** Throws `access.forbidden` unless the caller reads access reviews; with `all`, those of every organisation. */
export async function requireReading(
  tx: Tx,
  cx: Pick<Context, "principal" | "instance">,
  of: "own" | "all",
): Promise<void> {
  const organisationId = requireReader(cx, await listCandidates(tx, cx.instance.tenantId));
  if (of === "all" && organisationId !== undefined)
    throw new DomainError("access.forbidden", {
      detail: "Only auditors and compliance can see who may open a transaction.",
    });
}

/** Returns rows that can be read, and the others by id. */
function sortRows(found: readonly Readable<RowRecord>[]): Pick<LoadedReview, "all" | "unreadable"> {
  return {
    all: found.filter((row): row is RowRecord => !isUnreadable(row)),
    unreadable: found.filter(isUnreadable),
  };
}

/**
 * Returns a review as the caller may read it; `lock` keeps it for the transaction. Throws `access.forbidden` and
 * `access-review.not-found`.
 */
export async function loadReview(
  tx: Tx,
  cx: Pick<Context, "principal" | "instance" | "clock">,
  id: string,
  hold: "read" | "lock" = "read",
): Promise<LoadedReview> {
  const { tenantId } = cx.instance;
  const candidates = await listCandidates(tx, tenantId);
  const organisationId = requireReader(cx, candidates);
  const review = await (hold === "lock" ? lockReview : findReview)(tx, tenantId, id);
  if (review === undefined) throw new DomainError("access-review.not-found");
  const { all, unreadable } = sortRows(await listRows(tx, id, cx.clock.now()));
  const rows = all.filter((row) => organisationId === undefined || row.organisationId === organisationId);
  return { review, rows, all, unreadable, candidates };
}

/** Returns the signatures that the caller reads: the reviewer of one organisation those that cover a row of it. */
export async function signaturesOver(
  tx: Tx,
  { review, rows, all }: Pick<LoadedReview, "review" | "rows" | "all">,
): Promise<SignatureRow[]> {
  const signatures = await listSignatures(tx, review.id);
  if (rows.length === all.length) return signatures;
  const covering = new Set(rows.map(({ signatureId }) => signatureId));
  return signatures.filter(({ id }) => covering.has(id));
}

/** Whether a row still needs a decision. */
export function isOpen({ decision, isGone }: Pick<RowRecord, "decision" | "isGone">): boolean {
  return decision === null && !isGone;
}

/** Returns the rows that the caller may decide, decided ones too. */
export function ownRows(cx: Caller, { rows, candidates }: LoadedReview): RowRecord[] {
  return rows.filter((row) => mayReview(row, cx.principal.userId, candidates));
}

/** Returns the figures of a review for the caller. */
export function countsOf(cx: Caller, loaded: LoadedReview): ReviewCounts {
  const { rows, review } = loaded;
  const of = (decision: RowRecord["decision"]) => rows.filter((row) => row.decision === decision).length;
  const isRunning = review.state === "running";
  return {
    rows: rows.length,
    decided: rows.filter((row) => row.decision !== null || (row.isGone && isRunning)).length,
    keep: of("keep"),
    change: of("change"),
    remove: of("remove"),
    paused: rows.filter(({ paused }) => paused.length > 0).length,
    left: isRunning ? ownRows(cx, loaded).filter(isOpen).length : 0,
    open: isRunning ? rows.filter(isOpen).length : 0,
  };
}

/** Returns a time as problem details write it. */
export function writeTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " at ")} UTC`;
}

/** Throws `access-review.ended` unless the review runs and is not due. */
export function requireRunning({ state, endedAt, dueAt }: ReviewRecord, now: Date): void {
  if (state !== "running")
    throw new DomainError("access-review.ended", {
      detail: `The review ended on ${writeTime(endedAt ?? dueAt)}. To change a person's access, go to People.`,
    });
  if (now >= dueAt)
    throw new DomainError("access-review.ended", {
      detail: `The review was due on ${writeTime(dueAt)}. To change a person's access, go to People.`,
    });
}
