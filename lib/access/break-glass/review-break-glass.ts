import "server-only";
import { answerBreakGlass } from "@/lib/access/break-glass/list-break-glass";
import { mayKnowOf, reviewReasons } from "@/lib/access/break-glass/rules";
import type { BreakGlassAnswer, NewReview } from "@/lib/access/break-glass/schema";
import { type BreakGlassRow, findBreakGlass, insertReview, isBlocked } from "@/lib/access/break-glass/store";
import { proveSignature } from "@/lib/access/executive-release/prove-signature";
import { findRelatedPeople } from "@/lib/access/review/conflicts/store";
import { refusalOf } from "@/lib/access/rules/refusal";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { SignedReview } from "@/lib/escrow/protocol/break-glass-statement";
import { recordDigest } from "@/lib/escrow/protocol/statements";

/**
 * Returns the use to review. Throws unless it exists, is over, belongs to another person and waits for review. The
 * custodian decides whether the use gave anything, since its answer may have been lost: it refuses the review of a use
 * that it never accepted.
 */
async function requireReviewable(tx: Tx, cx: Context, id: string): Promise<BreakGlassRow> {
  const row = await findBreakGlass(tx, cx.instance.tenantId, id);
  if (row === undefined || !mayKnowOf(cx.principal, row.holder_user_id))
    throw new DomainError("grant.not-found");
  const { accounts } = await findRelatedPeople(tx, cx.instance.tenantId, cx.principal.userId);
  // A second account of the holder counts as the holder.
  const holderUserId = accounts.includes(row.holder_user_id) ? cx.principal.userId : row.holder_user_id;
  const facts = { holderUserId, isBlocked: await isBlocked(tx, cx.principal.userId) };
  const [first, ...others] = reviewReasons(cx.principal, facts);
  if (first !== undefined) throw refusalOf([first, ...others]);
  const isRunning =
    row.grant_state === "pending" || (row.grant_state === "active" && cx.clock.now() < row.not_after);
  if (isRunning || row.reviewed_at !== null) {
    const detail = isRunning
      ? "It is still running: end it first, or wait."
      : "This emergency access is not waiting for a review.";
    throw new DomainError("request.illegal-transition", { detail });
  }
  return row;
}

async function store(tx: Tx, cx: Context, id: string, body: NewReview, word: Reviewed) {
  await requireReviewable(tx, cx, id);
  const { outcome, comment } = body;
  const { statement, signature } = word.review;
  const { late, proofKind } = word;
  await insertReview(tx, cx.instance.tenantId, {
    breakGlassId: id,
    reviewerUserId: cx.principal.userId,
    outcome,
    comment,
    statement,
    signature,
    proofKind,
    late,
    at: cx.clock.now(),
  });
  return appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "emergency.review",
    subjects: [`emergency:${id}`],
    details: { emergency: id, outcome, comment, late, proof: proofKind, statement: recordDigest(statement) },
    index: { grantId: id },
  });
}

interface Reviewed {
  readonly review: SignedReview;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
  readonly late: boolean;
}

/**
 * Stores another person's review of a break-glass use. The custodian takes the signed review first, since only the
 * custodian keeps the block. If storing it here fails, the same review can be sent again with the same answer. Throws
 * `grant.not-found`, `decision.self`, `decision.duty`, `request.illegal-transition`, `statement.required`,
 * `custodian.refused`, and 503 while the custodian is away.
 */
export async function reviewBreakGlass(cx: Context, id: string, body: NewReview): Promise<BreakGlassAnswer> {
  const row = await inSnapshot(cx, (tx) => requireReviewable(tx, cx, id));
  const statement = {
    log: cx.instance.log,
    grant: id,
    emergency: recordDigest(row.statement),
    outcome: body.outcome,
    reviewer: cx.principal.handle,
  };
  const { signature, proofKind } = await proveSignature(cx, { kind: "review", statement }, body.signature);
  const review = { statement, signature };
  const { late } = await cx.escrow.review(review);
  const entry = await inTransaction(cx, (tx) => store(tx, cx, id, body, { review, proofKind, late }));
  return answerBreakGlass(cx, id, entry);
}
