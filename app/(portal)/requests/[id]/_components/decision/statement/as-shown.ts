import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import type { Judged } from "../verdict";

/** What the page showed when the decider chose. */
export interface ShownDecision {
  readonly decision: "approve" | "deny";
  readonly request: Pick<RequestView, "id" | "purpose" | "requester" | "authorization">;
  readonly review: Pick<ReviewView, "stage" | "remaining">;
  readonly granted: Pick<Judged["granted"], "transactions" | "fields" | "notAfter" | "maxViews">;
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

/**
 * Whether a statement says what its signer was shown, part by part: the request, whom it serves and
 * the legal authority it rests on, the stage, the decision, and for an approval every transaction, group, level, end and number of views. A denial grants nothing,
 * so its scope is not looked at. What is not so is not given to the passkey.
 */
export function isAsShown(statement: DecisionStatement, shown: ShownDecision): boolean {
  const { request, review, granted } = shown;
  const isSame =
    statement.request === request.id &&
    statement.requester === request.requester.handle &&
    statement.purpose === request.purpose &&
    statement.authorization === request.authorization?.record_digest &&
    statement.stage === review.stage &&
    statement.decision === shown.decision;
  if (!isSame || shown.decision === "deny") return isSame;
  return (
    sameNames(statement.transactions, granted.transactions) &&
    sameNames(statement.groups, granted.fields) &&
    statement.level === review.remaining.level &&
    Date.parse(statement.not_after) <= Date.parse(granted.notAfter) &&
    statement.max_views === granted.maxViews
  );
}
