import "server-only";
import { proveSignature } from "@/lib/access/executive-release/prove-signature";
import { insertSignature, type SignatureRow } from "@/lib/administration/access-review/decisions-store";
import { finishReviewIn } from "@/lib/administration/access-review/finish-review";
import { summaryOf } from "@/lib/administration/access-review/get-review";
import { loadReview, requireRunning } from "@/lib/administration/access-review/load-review";
import type { ReviewAnswer, SignBlock, SignBody } from "@/lib/administration/access-review/schema";
import { signTerms } from "@/lib/administration/access-review/sign-terms";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findPerson } from "@/lib/escrow/protocol/roster";
import type { AccessReviewStatement } from "@/lib/escrow/protocol/statements";
import { findRoster } from "@/lib/identity/roster/current-roster";
import { hasEnrolled } from "@/lib/identity/roster/store";

const WHY: Readonly<Record<SignBlock, string>> = {
  undecided: "Decide all your rows first.",
  nothing: "You have no decisions to sign.",
  ended: "The review has ended.",
};

async function requireTerms(tx: Tx, cx: Context, id: string, result: string, hold: "read" | "lock") {
  const loaded = await loadReview(tx, cx, id, hold);
  requireRunning(loaded.review, cx.clock.now());
  const terms = signTerms(cx, loaded);
  if ("block" in terms) throw new DomainError("access-review.undecided", { detail: WHY[terms.block] });
  if (terms.statement.result !== result)
    throw new DomainError("access-review.changed", {
      detail: "A row was decided after you read the review. Read it again, then sign.",
    });
  return { terms, loaded };
}

type Proven = Pick<SignatureRow, "signature" | "proof_kind">;

/**
 * Returns the reviewer's signature. People on the custodian's roster sign as for every other act. For people who are not
 * on it the fresh second factor of their sign-in counts, and the entry records that. Throws `statement.required`, and
 * `custodian.unavailable` where it cannot be known who is on the roster.
 */
async function prove(cx: Context, statement: AccessReviewStatement, body: SignBody): Promise<Proven> {
  if (body.signature === undefined) {
    const { userId, handle } = cx.principal;
    const roster = (await cx.escrow.knownRoster()) ?? (await findRoster(cx));
    const isListed = roster !== undefined && findPerson(roster, handle) !== undefined;
    if (!isListed && !(await hasEnrolled(cx.db.run, userId)))
      return { signature: null, proof_kind: "step-up" };
  }
  const { signature, proofKind } = await proveSignature(
    cx,
    { kind: "access-review", statement },
    body.signature,
  );
  return { signature, proof_kind: proofKind };
}

async function store(tx: Tx, cx: Context, id: string, body: SignBody, proven: Proven) {
  const { terms, loaded } = await requireTerms(tx, cx, id, body.result, "lock");
  const { statement, rows } = terms;
  const at = cx.clock.now();
  const entry = await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "access_review.sign",
    subjects: [`access_review:${id}`],
    details: { rows: rows.length, result: statement.result, proof: proven.proof_kind },
  });
  await insertSignature(tx, cx.instance.tenantId, id, {
    ...{ id: uuidv7(at.getTime()), user_id: cx.principal.userId, statement, at },
    ...proven,
    rowIds: rows.map((row) => row.id),
  });
  const signed = new Set(rows.map((row) => row.id));
  const isWhole = loaded.all.every((row) => row.isGone || row.signatureId !== null || signed.has(row.id));
  if (isWhole && loaded.unreadable.length === 0) await finishReviewIn(tx, cx, id, "signed");
  return entry;
}

/**
 * Signs what the caller decided. The last signature ends the review. Throws `access-review.ended`,
 * `access-review.undecided` while a row of theirs is open, `access-review.changed` where something was decided since,
 * `statement.required`, `custodian.refused` and `custodian.unavailable`.
 */
export async function signReview(cx: Context, id: string, body: SignBody): Promise<ReviewAnswer> {
  const { terms } = await inSnapshot(cx, (tx) => requireTerms(tx, cx, id, body.result, "read"));
  const proven = await prove(cx, terms.statement, body);
  const entry = await inTransaction(cx, (tx) => store(tx, cx, id, body, proven));
  const summary = await inSnapshot(cx, async (tx) => summaryOf(tx, cx, await loadReview(tx, cx, id)));
  return { ...summary, receipt: await issueReceipt(cx, entry) };
}
