import "server-only";
import { reviewReasons } from "@/lib/access/break-glass/rules";
import type { BreakGlassView } from "@/lib/access/break-glass/schema";
import { type BreakGlassRow, isBlocked } from "@/lib/access/break-glass/store";
import { type Names, personView } from "@/lib/access/requests/view";
import { isReviewer } from "@/lib/access/rules/action-rules";
import type { Context } from "@/lib/context/context";
import { type Readable, readableOf, type Viewed, viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { findPeople } from "@/lib/identity/people/people-store";

function stateAt(row: BreakGlassRow, now: Date): BreakGlassView["state"] {
  if (row.grant_state === "pending") return "pending";
  if (row.reviewed_at !== null) return "reviewed";
  if (!row.is_taken) return "refused";
  return row.grant_state === "active" && now < row.not_after ? "running" : "review_due";
}

function actsOf(cx: Context, row: BreakGlassRow, state: BreakGlassView["state"], isViewerBlocked: boolean) {
  const { userId } = cx.principal;
  const holderUserId = row.holder_user_id;
  const isOwn = userId === holderUserId;
  const facts = { holderUserId, isBlocked: isViewerBlocked };
  return [
    ...(state === "running" && isOwn ? (["open"] as const) : []),
    ...((state === "running" || state === "pending") && (isOwn || isReviewer(cx.principal))
      ? (["end"] as const)
      : []),
    ...(state === "review_due" && reviewReasons(cx.principal, facts).length === 0
      ? (["review"] as const)
      : []),
  ];
}

function reviewView(row: BreakGlassRow, names: Names): Pick<BreakGlassView, "review"> {
  const { reviewer_user_id: by, outcome, comment, late, review_proof: proof, reviewed_at: at } = row;
  if (by === null || outcome === null || comment === null || late === null || proof === null || at === null)
    return {};
  return { review: { by: personView(names, by), at: at.toISOString(), outcome, comment, late, proof } };
}

/** Returns uses as the caller may see them. */
export async function breakGlassViews(
  tx: Tx,
  cx: Context,
  rows: readonly Readable<BreakGlassRow>[],
): Promise<Viewed<BreakGlassView>> {
  const people = readableOf(rows).flatMap(({ holder_user_id, reviewer_user_id }) =>
    reviewer_user_id === null ? [holder_user_id] : [holder_user_id, reviewer_user_id],
  );
  const names = await findPeople(tx, people);
  const blocked = await isBlocked(tx, cx.principal.userId);
  const now = cx.clock.now();
  return viewRows(cx, "break-glass", rows, (row: BreakGlassRow) => {
    const state = stateAt(row, now);
    return {
      id: row.id,
      grant_id: row.id,
      reference: `BG-${row.id.slice(-8)}`,
      holder: personView(names, row.holder_user_id),
      transactions: row.statement.transactions,
      fields: row.statement.groups,
      reason: row.reason,
      began_at: row.began_at.toISOString(),
      not_after: row.not_after.toISOString(),
      views_used: row.views_used,
      state,
      review_by: row.review_by.toISOString(),
      statement_digest: recordDigest(row.statement),
      proof: row.proof_kind,
      ...reviewView(row, names),
      acts: actsOf(cx, row, state, blocked),
    };
  });
}
