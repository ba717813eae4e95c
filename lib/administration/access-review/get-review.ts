import "server-only";
import { isReviewer } from "@/lib/access/rules/action-rules";
import {
  countsOf,
  isOpen,
  type LoadedReview,
  loadReview,
  mayBegin,
  nextBegin,
  requireReading,
  signaturesOver,
} from "@/lib/administration/access-review/load-review";
import { mayReview, reviewersOf } from "@/lib/administration/access-review/reviewers";
import { listCandidates, type RowRecord } from "@/lib/administration/access-review/rows-store";
import type {
  KnownUse,
  Review,
  ReviewList,
  ReviewListQuery,
  ReviewQuery,
  ReviewRow,
  ReviewSummary,
} from "@/lib/administration/access-review/schema";
import { signTerms } from "@/lib/administration/access-review/sign-terms";
import { findLastBegin, listReviewRecords } from "@/lib/administration/access-review/store";
import {
  readSubjects,
  readUse,
  type Subject,
  subjectKey,
  versionOf,
} from "@/lib/administration/access-review/subjects-store";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";
import { requireCursor } from "@/lib/paging";

const READ = "access_review.read";

async function namesOf(
  tx: Tx,
  ids: readonly (string | null)[],
): Promise<(id: string | null) => string | null> {
  const people = await findPeople(
    tx,
    ids.flatMap((id) => (id === null ? [] : [id])),
  );
  return (id) => (id === null ? null : (people.get(id)?.name ?? id));
}

/** Returns a review in figures. */
export async function summaryOf(tx: Tx, cx: Context, loaded: LoadedReview): Promise<ReviewSummary> {
  const { review } = loaded;
  const name = await namesOf(tx, [review.begunBy]);
  return {
    id: review.id,
    state: review.state,
    begun_at: review.begunAt.toISOString(),
    begun_by: name(review.begunBy),
    due_at: review.dueAt.toISOString(),
    ended_at: review.endedAt?.toISOString() ?? null,
    digest: review.digest,
    counts: countsOf(cx, loaded),
  };
}

/** Returns access reviews, newest first, and when the next one begins. */
export async function listReviews(cx: Context, query: ReviewListQuery): Promise<ReviewList> {
  const before = requireCursor(query.cursor);
  const { tenantId } = cx.instance;
  const answer = await inSnapshot(cx, async (tx) => {
    await requireReading(tx, cx, "own");
    const found = await listReviewRecords(tx, { tenantId, before, limit: query.limit + 1 });
    const shown = found.slice(0, query.limit);
    const items: ReviewSummary[] = [];
    for (const { id } of shown) items.push(await summaryOf(tx, cx, await loadReview(tx, cx, id)));
    const last = await findLastBegin(tx, tenantId);
    return {
      items,
      next_cursor: found.length > query.limit ? (shown.at(-1)?.id ?? null) : null,
      next_at: nextBegin(last.at).toISOString(),
      may_begin: !last.runs && mayBegin(cx, await listCandidates(tx, tenantId)),
    };
  });
  await recordReadOnce(cx, READ);
  return answer;
}

interface Viewing {
  readonly loaded: LoadedReview;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly use: ReadonlyMap<string, KnownUse>;
  readonly nameOf: (id: string | null) => string | null;
  /** Rows that the caller's signature would cover. */
  readonly toSign: ReadonlySet<string>;
}

function viewRow(
  cx: Context,
  row: RowRecord,
  { loaded, subjects, use, nameOf, toSign }: Viewing,
): ReviewRow | undefined {
  const { review, candidates } = loaded;
  const { userId } = cx.principal;
  const today = subjects.get(subjectKey(row))?.facts;
  const facts = row.facts ?? today;
  if (facts === undefined) return undefined;
  const reviewers = reviewersOf(row, candidates);
  const isRunning = review.state === "running" && cx.clock.now() < review.dueAt;
  const isFree = row.decision === null || row.decidedBy === userId;
  const self = candidates.find((one) => one.userId === userId)?.accounts ?? [userId];
  return {
    id: row.id,
    subject: { kind: row.kind, id: row.subjectId },
    facts,
    version: versionOf(today ?? facts),
    decided_version: row.facts === null ? null : versionOf(row.facts),
    use: use.get(subjectKey(row)) ?? null,
    is_close: row.isClose,
    is_gone: row.isGone,
    is_own: self.includes(row.ownerId),
    reviewers: reviewers.map(({ name }) => name),
    may_decide:
      isRunning && !row.isGone && isFree && row.signatureId === null && mayReview(row, userId, candidates),
    decision: row.decision,
    reason: row.reason,
    decided_by: nameOf(row.decidedBy),
    decided_at: row.decidedAt?.toISOString() ?? null,
    agreement: row.agreement,
    is_signed: row.signatureId !== null,
    to_sign: toSign.has(row.id),
    paused: [...row.paused],
  };
}

function isShown(row: RowRecord, { view, organisation }: ReviewQuery): boolean {
  if (organisation !== undefined && row.organisationId !== organisation) return false;
  if (view === "close") return row.isClose;
  return view === "all" || isOpen(row);
}

/** Acts and live grants are shown during the review, to readers who know of requests, without cases sealed from them. */
async function knownUse(tx: Tx, cx: Context, loaded: LoadedReview, subjects: readonly Subject[]) {
  if (loaded.review.state !== "running" || !isReviewer(cx.principal)) return new Map<string, KnownUse>();
  const at = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  return readUse(tx, at, subjects, await findSealedCases(tx, cx));
}

async function viewRows(tx: Tx, cx: Context, loaded: LoadedReview, rows: readonly RowRecord[]) {
  const at = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  const subjects = await readSubjects(tx, at, rows);
  const use = await knownUse(tx, cx, loaded, [...subjects.values()]);
  const nameOf = await namesOf(
    tx,
    rows.map(({ decidedBy }) => decidedBy),
  );
  const terms = signTerms(cx, loaded);
  const toSign = new Set("rows" in terms ? terms.rows.map(({ id }) => id) : []);
  return rows.flatMap((row) => viewRow(cx, row, { loaded, subjects, use, nameOf, toSign }) ?? []);
}

function organisationsOf({ rows }: LoadedReview): Review["organisations"] {
  const names = new Map(rows.map(({ organisationId, organisation }) => [organisationId, organisation]));
  return [...names]
    .map(([id, name]) => ({ id, name }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

async function signaturesOf(tx: Tx, loaded: LoadedReview): Promise<Review["signatures"]> {
  const signatures = await signaturesOver(tx, loaded);
  const nameOf = await namesOf(
    tx,
    signatures.map(({ user_id: id }) => id),
  );
  return signatures.map(({ user_id: id, at, rows, proof_kind: proof }) => ({
    by: nameOf(id) ?? id,
    at: at.toISOString(),
    rows,
    proof,
  }));
}

/** Returns one review with a page of its rows. Throws `access.forbidden` and `access-review.not-found`. */
export async function getReview(cx: Context, id: string, query: ReviewQuery): Promise<Review> {
  const after = requireCursor(query.cursor) ?? "";
  const review = await inSnapshot(cx, async (tx) => {
    const loaded = await loadReview(tx, cx, id);
    const found = loaded.rows.filter((row) => row.id > after && isShown(row, query));
    const shown = found.slice(0, query.limit);
    const terms = signTerms(cx, loaded);
    const unreadable = loaded.rows.length === loaded.all.length ? loaded.unreadable : [];
    return {
      ...(await summaryOf(tx, cx, loaded)),
      rows: {
        items: await viewRows(tx, cx, loaded, shown),
        next_cursor: found.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
        ...(unreadable.length === 0 ? {} : { unreadable: [...unreadable] }),
      },
      organisations: organisationsOf(loaded),
      signatures: await signaturesOf(tx, loaded),
      statement: "statement" in terms ? terms.statement : null,
      sign_block: "block" in terms ? terms.block : null,
    };
  });
  await recordReadOnce(cx, READ);
  return review;
}
