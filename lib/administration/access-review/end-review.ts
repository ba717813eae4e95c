import { Duty, type Duty as DutyName } from "@/lib/vocabulary";
import "server-only";
import {
  countHolders,
  endRowUndecided,
  listDueReviews,
} from "@/lib/administration/access-review/decisions-store";
import { type FinishContext, finishReviewIn } from "@/lib/administration/access-review/finish-review";
import { isOpen } from "@/lib/administration/access-review/load-review";
import { dutiesToPause } from "@/lib/administration/access-review/reviewers";
import { listRows } from "@/lib/administration/access-review/rows-store";
import { lockReview } from "@/lib/administration/access-review/store";
import { readSubjects, type Subject, subjectKey } from "@/lib/administration/access-review/subjects-store";
import { lockAdministrators, removeDuties } from "@/lib/administration/people/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { readableOf } from "@/lib/db/read-rows";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";

/** Takes duties from a person until two administrators give them back. Their sessions end. */
async function pauseDuties(
  tx: Tx,
  cx: FinishContext,
  { ownerId, pseudonym }: Subject,
  pause: { readonly review: string; readonly duties: readonly DutyName[] },
): Promise<void> {
  const duties = [...pause.duties];
  await removeDuties(tx, ownerId, duties);
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "duty.pause",
    subjects: [`user:${ownerId}`],
    details: { user: pseudonym, duties, review: pause.review },
  });
  await endSessionsIn(tx, cx, { userId: ownerId, reason: "changed" });
}

async function lapse(tx: Tx, cx: FinishContext, id: string): Promise<boolean> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  // Another transaction that ends administrators runs before or after this one, so that two of them always remain.
  await lockAdministrators(tx, tenantId);
  const review = await lockReview(tx, tenantId, id);
  if (review?.state !== "running" || now < review.dueAt) return false;
  const rows = readableOf(await listRows(tx, id, now)).filter(isOpen);
  const subjects = await readSubjects(tx, { tenantId, now }, rows);
  // Suspended people are not counted as holders, so their duties do not pause either: they can use none.
  const holding = [...subjects.values()].flatMap(({ kind, ownerId, facts }) =>
    kind === "person" && facts.state !== "suspended" ? [{ userId: ownerId, duties: facts.duties }] : [],
  );
  const paused = dutiesToPause(holding, await countHolders(tx, tenantId));
  for (const row of rows) {
    const subject = subjects.get(subjectKey(row));
    if (subject === undefined) continue;
    const named = row.kind === "person" ? (paused.get(row.ownerId) ?? []) : [];
    const duties = named.map((duty) => Duty.parse(duty));
    if (duties.length > 0) await pauseDuties(tx, cx, subject, { review: id, duties });
    await endRowUndecided(tx, row.id, subject.facts, duties);
  }
  await finishReviewIn(tx, cx, id, "lapsed");
  return true;
}

const LIMIT_MS = 120_000;

/**
 * Ends reviews whose due day is over. Duties that no reviewer decided on pause, except those of a duty's last two
 * holders. All of it is one transaction, and several portals may run it at once.
 */
export async function endDueReviews(cx: FinishContext): Promise<number> {
  const ids = await inSnapshot(cx, (tx) => listDueReviews(tx, cx.instance.tenantId, cx.clock.now()));
  let ended = 0;
  for (const id of ids) if (await inTransaction(cx, (tx) => lapse(tx, cx, id), LIMIT_MS)) ended += 1;
  return ended;
}
