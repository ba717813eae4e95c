import "server-only";
import { isOpen, type LoadedReview, ownRows } from "@/lib/administration/access-review/load-review";
import { mayReview } from "@/lib/administration/access-review/reviewers";
import type { RowRecord } from "@/lib/administration/access-review/rows-store";
import type { SignBlock } from "@/lib/administration/access-review/schema";
import { versionOf } from "@/lib/administration/access-review/subjects-store";
import type { Context } from "@/lib/context/context";
import { type AccessReviewStatement, recordDigest } from "@/lib/escrow/protocol/statements";

type SignContext = Pick<Context, "principal" | "instance" | "clock">;

/** What one reviewer signs, or why they cannot now. */
export type SignTerms =
  | { readonly statement: AccessReviewStatement; readonly rows: readonly RowRecord[] }
  | { readonly block: SignBlock };

function signed(row: RowRecord) {
  const { facts, decision, reason } = row;
  return {
    row: row.id,
    subject: `${row.kind}:${row.subjectId}`,
    version: facts === null ? null : versionOf(facts),
    decision,
    reason,
  };
}

/**
 * Returns what the caller signs: rows that they decided, and rows of a person who can no longer sign because another is
 * the reviewer now. All rows that the caller may decide must be decided first.
 */
export function signTerms(cx: SignContext, loaded: LoadedReview): SignTerms {
  const { review, candidates } = loaded;
  if (review.state !== "running" || cx.clock.now() >= review.dueAt) return { block: "ended" };
  const own = ownRows(cx, loaded);
  if (own.some(isOpen)) return { block: "undecided" };
  const { userId, handle } = cx.principal;
  const rows = own.filter(
    (row) =>
      row.decision !== null &&
      row.signatureId === null &&
      (row.decidedBy === userId || !mayReview(row, row.decidedBy ?? "", candidates)),
  );
  if (rows.length === 0) return { block: "nothing" };
  return {
    rows,
    statement: {
      log: cx.instance.log,
      review: review.id,
      result: recordDigest(rows.map(signed)),
      rows: rows.length,
      reviewer: handle,
    },
  };
}
