import { sameNames } from "@/components/client/use-signer";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import type { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import type { Judged } from "../verdict";

/** What the page showed when the reviewer decided. */
export interface ShownDecision {
  readonly decision: "approve" | "deny";
  readonly request: Pick<RequestView, "id" | "purpose" | "requester" | "authorization">;
  readonly review: Pick<ReviewView, "stage" | "remaining">;
  readonly granted: Pick<Judged["granted"], "transactions" | "fields" | "notAfter" | "maxViews">;
}

/**
 * Whether a decision's statement matches what its signer was shown: the request, its requester and legal authority, the
 * stage and the decision. For an approval also every transaction, group, level, end and number of views. A denial
 * grants nothing, so its scope is not compared, and without a reading of the order it is shown without the digest of
 * the legal authority. A statement that differs is not signed.
 */
export function isAsShown(statement: DecisionStatement, shown: ShownDecision): boolean {
  const { request, review, granted } = shown;
  const isBlindDenial = shown.decision === "deny" && request.authorization?.withheld === true;
  const isSame =
    statement.request === request.id &&
    statement.requester === request.requester.handle &&
    statement.purpose === request.purpose &&
    (isBlindDenial || statement.authorization === request.authorization?.record_digest) &&
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

/**
 * Whether a release's terms match what the page shows of the request, and name their signer. A release grants exactly
 * what was requested. Terms that differ are not signed.
 */
export function isReleaseAsShown(statement: ReleaseStatement, request: RequestView, person: string): boolean {
  return (
    statement.releaser === person &&
    statement.request === request.id &&
    statement.request_digest === request.digest &&
    statement.requester === request.requester.handle &&
    statement.purpose === request.purpose &&
    statement.authorization === request.authorization?.record_digest &&
    statement.level === request.level &&
    statement.max_views === request.max_views &&
    sameNames(statement.transactions, request.transactions) &&
    sameNames(statement.groups, request.fields)
  );
}
