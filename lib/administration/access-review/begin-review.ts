import "server-only";
import { summaryOf } from "@/lib/administration/access-review/get-review";
import { loadReview, mayBegin, nextBegin } from "@/lib/administration/access-review/load-review";
import { insertRows, listCandidates } from "@/lib/administration/access-review/rows-store";
import type { NewReview, ReviewAnswer } from "@/lib/administration/access-review/schema";
import { findLastBegin, insertReview } from "@/lib/administration/access-review/store";
import { listSubjects, readSubjects, type Subject } from "@/lib/administration/access-review/subjects-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { endOfDate } from "@/lib/days";
import { isUniqueViolation } from "@/lib/db/errors";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";

const DAY_MS = 86_400_000;
/** How long a review runs unless its due day is given. */
const RUN_DAYS = 21;
const MOST_DAYS = 90;

function dueAt({ due_on: day }: NewReview, now: Date): Date {
  const due = endOfDate(day ?? new Date(now.getTime() + RUN_DAYS * DAY_MS).toISOString().slice(0, 10));
  const days = (due.getTime() - now.getTime()) / DAY_MS;
  if (days < 1 || days > MOST_DAYS + 1) throw invalidField("/due_on", "is not 1 to 90 days ahead");
  return due;
}

/** Rows with a warning come first, then by organisation and name. Programs follow their person. */
function inOrder(subjects: readonly Subject[]): Subject[] {
  const keyOf = ({ facts, kind }: Subject) =>
    [
      facts.looks.length > 0 ? "0" : "1",
      facts.organisation,
      facts.owner ?? facts.name,
      kind,
      facts.name,
    ].join("\0");
  return subjects
    .map((subject) => ({ subject, key: keyOf(subject) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ subject }) => subject);
}

type BeginContext = AuditContext & DbContext;

async function write(tx: Tx, cx: BeginContext, due: Date) {
  const now = cx.clock.now();
  const { tenantId } = cx.instance;
  const at = { tenantId, now };
  const named = await listSubjects(tx, at);
  const subjects = inOrder([...(await readSubjects(tx, at, named)).values()]);
  const id = uuidv7(now.getTime());
  const begunBy = cx.principal?.userId ?? null;
  await insertReview(tx, tenantId, { id, begunAt: now, begunBy, dueAt: due });
  const people = subjects.filter(({ kind }) => kind === "person").length;
  const entry = await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "access_review.begin",
    subjects: [`access_review:${id}`],
    details: { due_at: due.toISOString(), people, programs: subjects.length - people },
  });
  // Ids of one millisecond are drawn first and then sorted, so that the order of ids is the order of rows.
  const ids = subjects.map(() => uuidv7(now.getTime())).sort();
  await insertRows(
    tx,
    { tenantId, reviewId: id },
    subjects.map((one, index) => ({
      id: ids[index] ?? uuidv7(now.getTime()),
      kind: one.kind,
      subjectId: one.subjectId,
      ownerId: one.ownerId,
      organisationId: one.organisationId,
      isClose: one.facts.looks.length > 0,
    })),
  );
  return { id, entry };
}

async function begin(
  cx: BeginContext,
  due: Date,
): Promise<{ readonly id: string; readonly entry: AppendedEntry }> {
  try {
    return await inTransaction(cx, (tx) => write(tx, cx, due));
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError("access-review.running");
    throw error;
  }
}

/**
 * Begins a review of everyone's access. Throws `access.forbidden` for people who are neither administrators nor
 * compliance, and `access-review.running` while another one runs.
 */
export async function beginReview(cx: Context, body: NewReview): Promise<ReviewAnswer> {
  const candidates = await inSnapshot(cx, (tx) => listCandidates(tx, cx.instance.tenantId));
  if (!mayBegin(cx, candidates))
    throw new DomainError("access.forbidden", {
      detail: "Only administrators and compliance can begin a review.",
    });
  const { id, entry } = await begin(cx, dueAt(body, cx.clock.now()));
  const summary = await inSnapshot(cx, async (tx) => summaryOf(tx, cx, await loadReview(tx, cx, id)));
  return { ...summary, receipt: await issueReceipt(cx, entry) };
}

/** Begins the review of the half year when it is time. Several portals may run it at once: one of them begins it. */
export async function beginDueReview(cx: BeginContext): Promise<boolean> {
  const now = cx.clock.now();
  const last = await inSnapshot(cx, (tx) => findLastBegin(tx, cx.instance.tenantId));
  if (last.runs || now < nextBegin(last.at)) return false;
  try {
    await begin(cx, dueAt({}, now));
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "access-review.running") return false;
    throw error;
  }
}
