import "server-only";
import { isOpen, loadReview, ownRows } from "@/lib/administration/access-review/load-review";
import { listCandidates } from "@/lib/administration/access-review/rows-store";
import { findRunning } from "@/lib/administration/access-review/store";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";

type ReviewContext = Pick<Context, "principal" | "instance" | "clock">;

/** Parties review no one. */
const REVIEWING: readonly string[] = ["admin", "coordinator", "auditor", "regulator"];

/** Returns the running access review as a task, while it has rows that the caller decides on. */
export async function readReviewNeeds(tx: Tx, cx: ReviewContext): Promise<Need[]> {
  const { tenantId } = cx.instance;
  const { userId, role } = cx.principal;
  const review = REVIEWING.includes(role) ? await findRunning(tx, tenantId) : undefined;
  if (review === undefined) return [];
  if (!(await listCandidates(tx, tenantId)).some((one) => one.userId === userId)) return [];
  const left = ownRows(cx, await loadReview(tx, cx, review.id)).filter(isOpen).length;
  if (left === 0) return [];
  return [
    {
      kind: "access_review",
      subject: { kind: "access_review", id: review.id },
      reference: review.begunAt.toISOString().slice(0, 10),
      at: review.begunAt.toISOString(),
      due_at: review.dueAt.toISOString(),
      is_late: cx.clock.now() >= review.dueAt,
      facts: { transactions: left },
    },
  ];
}
