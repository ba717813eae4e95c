import "server-only";
import {
  requireIdentityCheck,
  requireReleasable,
  requireSubmittedAuthority,
} from "@/lib/access/decisions/check-decision";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import { answerRelease } from "@/lib/access/executive-release/get-release";
import {
  loadReleaseCase,
  type ReleaseCase,
  requireOverdue,
} from "@/lib/access/executive-release/release-case";
import type { NewRelease, ReleaseAnswer } from "@/lib/access/executive-release/schema";
import { insertRelease } from "@/lib/access/executive-release/store";
import { lockRequest } from "@/lib/access/requests/store";
import { recognise, requireRecognisable } from "@/lib/access/review/recognise";
import { grantWindow } from "@/lib/access/rules/validity";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  buildRelease,
  type ReleaseTerms,
  releaseDigest,
  releaseTerms,
} from "@/lib/escrow/protocol/release-statement";
import { validityTime } from "@/lib/escrow/protocol/statements";

/** How long terms wait for two signatures. */
const SIGN_MS = 72 * 3_600_000;

/** Returns terms for exactly what was asked, from now on, within the authority. */
function termsOf(cx: Context, { row, requester, authorization }: ReleaseCase): ReleaseTerms {
  if (row.digest === undefined || authorization === undefined) {
    throw new DomainError("authorization.missing", { detail: "A release needs a legal authority." });
  }
  requireReleasable(authorization);
  const asked = {
    ...(row.from === undefined ? {} : { from: row.from }),
    ...(row.until === undefined ? {} : { until: row.until }),
  };
  const window = grantWindow({ at: cx.clock.now(), asked, authorization });
  if (window.until <= window.from || window.until <= cx.clock.now()) {
    throw new DomainError("authorization.invalid", {
      detail:
        "No period is left for the access: it has ended, or the legal authority ends before the access begins.",
    });
  }
  const statement = buildRelease({
    log: cx.instance.log,
    request: row.id,
    request_digest: row.digest,
    transactions: [...row.transactions],
    groups: [...row.groups],
    level: row.level,
    purpose: row.purpose,
    requester: requester.handle,
    authorization: authorization.recordDigest,
    not_before: validityTime(window.from),
    not_after: validityTime(window.until),
    max_views: row.maxViews,
    nonce: newNonce(),
    releaser: cx.principal.handle,
  });
  return releaseTerms(statement);
}

async function proposeIn(tx: Tx, cx: Context, requestId: string, body: NewRelease) {
  const { reason } = body;
  await lockRequest(tx, requestId);
  const one = await loadReleaseCase(tx, cx, requestId);
  requireOverdue(one);
  if (one.state === "open") {
    throw new DomainError("request.conflict", {
      detail: "A release of this request is already waiting for signatures.",
    });
  }
  requireSubmittedAuthority(one);
  await requireIdentityCheck(tx, cx, one);
  const terms = termsOf(cx, one);
  const { authorization } = one;
  const weighed =
    authorization === undefined
      ? {}
      : await recognise(
          tx,
          cx,
          authorization,
          await requireRecognisable(tx, cx, authorization, body.recognition_basis),
        );
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  await insertRelease(tx, cx.instance.tenantId, {
    id,
    requestId,
    terms,
    reason,
    proposedBy: cx.principal.userId,
    proposedAt: at,
    signUntil: new Date(at.getTime() + SIGN_MS),
  });
  return appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "request.propose-release",
    subjects: [`request:${requestId}`],
    purpose: one.row.purpose,
    caseId: requestId,
    caseDetails: { release: id, terms: releaseDigest(terms), reason, not_after: terms.not_after, ...weighed },
    index: { requestId },
  });
}

/**
 * Stores the terms that two executives sign: exactly what was asked. Throws `request.illegal-transition` unless the
 * request is overdue, `request.conflict` while other terms wait for signatures, `decision.identity-check`,
 * `authorization.invalid`, `authorization.recognition`.
 */
export async function proposeRelease(
  cx: Context,
  requestId: string,
  body: NewRelease,
): Promise<ReleaseAnswer> {
  const entry = await inTransaction(cx, (tx) => proposeIn(tx, cx, requestId, body));
  return answerRelease(cx, requestId, entry);
}
