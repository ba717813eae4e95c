import "server-only";
import {
  requireIdentityCheck,
  requireReleasable,
  requireSubmittedAuthority,
} from "@/lib/access/decisions/check-decision";
import { requireRetypedFacts, requireSameRetypedFacts } from "@/lib/access/decisions/retyped-facts";
import { answerRelease } from "@/lib/access/executive-release/get-release";
import { type ProvenSignature, proveSignature } from "@/lib/access/executive-release/prove-signature";
import {
  loadReleaseCase,
  type ReleaseCase,
  requireOverdue,
} from "@/lib/access/executive-release/release-case";
import type { NewReleaseSignature, ReleaseAnswer } from "@/lib/access/executive-release/schema";
import { insertReleaseSignature, type ReleaseRow } from "@/lib/access/executive-release/store";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { insertGrant } from "@/lib/access/grants/change-store";
import { insertPending } from "@/lib/access/grants/pending-store";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import { approveAuthorization } from "@/lib/access/legal-authorities/advance";
import { requireReach } from "@/lib/access/legal-authorities/signed-order";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import { moveRequest } from "@/lib/access/requests/move-request";
import { lockRequest } from "@/lib/access/requests/store";
import { recordingReading } from "@/lib/access/review/read-order";
import { requireRecognisable } from "@/lib/access/review/recognise";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  RELEASE_PERSONS,
  type ReleaseStatement,
  releaseDigest,
} from "@/lib/escrow/protocol/release-statement";
import { recordDigest } from "@/lib/escrow/protocol/statements";

interface Ready extends ReleaseCase {
  readonly release: ReleaseRow;
  readonly authorization: AuthorizationRow;
}

/**
 * Returns what a new grant needs. Throws unless the request is overdue, the release is open, the officer is checked,
 * and both executives read the order alike.
 */
async function checkRelease(tx: Tx, cx: Context, one: ReleaseCase, word: Wanted): Promise<Ready> {
  const { release, authorization, signatures, state } = one;
  requireOverdue(one);
  if (release?.id !== word.releaseId || state !== "open") {
    throw new DomainError("request.conflict", { detail: "These terms no longer need a signature." });
  }
  requireSubmittedAuthority(one);
  await requireIdentityCheck(tx, cx, one);
  if (authorization === undefined || authorization.validUntil <= cx.clock.now()) {
    throw new DomainError("authorization.invalid", {
      detail: "The legal authority has expired. Attach a valid one.",
    });
  }
  requireReleasable(authorization);
  await requireRecognisable(tx, cx, authorization);
  const { groups: fields, transactions } = release.terms;
  // Other requests may have used the order's maximum since this one was submitted.
  await requireReach(tx, authorization, { purpose: one.row.purpose, fields, transactions });
  const { confirms } = word.body;
  requireRetypedFacts(authorization, confirms, new Date(release.terms.not_after));
  const [first] = signatures;
  if (first !== undefined) requireSameRetypedFacts(first.confirms, confirms);
  return { ...one, release, authorization };
}

interface Wanted {
  readonly requestId: string;
  readonly releaseId: string;
  readonly body: NewReleaseSignature;
}

/** Pending until the custodian has it, like every grant. */
async function createReleasedGrant(tx: Tx, cx: Context, { row, release, authorization }: Ready) {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const { terms } = release;
  await insertGrant(tx, {
    id,
    tenantId,
    requestId: row.id,
    releaseId: release.id,
    authorizationId: authorization.id,
    subjectUserId: row.requesterUserId,
    transactions: terms.transactions,
    groups: terms.groups,
    level: terms.level,
    purpose: row.purpose,
    notBefore: new Date(terms.not_before),
    notAfter: new Date(terms.not_after),
    maxViews: terms.max_views,
    maxExports: row.maxExports,
    policyVersion: cx.policies.active().version,
    assurance: cx.instance.evaluation ? "evaluation" : "signed",
  });
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.activate", subject: id });
  return id;
}

interface Stored {
  readonly entry: AppendedEntry;
  readonly grantId: string | undefined;
}

async function storeSignature(
  tx: Tx,
  cx: Context,
  word: Wanted,
  signed: { readonly statement: ReleaseStatement; readonly proven: ProvenSignature },
): Promise<Stored> {
  const { requestId, releaseId, body } = word;
  await lockRequest(tx, requestId);
  const one = await checkRelease(tx, cx, await loadReleaseCase(tx, cx, requestId), word);
  const { userId, handle: person } = cx.principal;
  if (one.hasSigned) throw new DomainError("decision.same-person");
  const at = cx.clock.now();
  const { comment, confirms } = body;
  const common = { releaseId, requestId, userId, person, comment, confirms, at };
  await insertReleaseSignature(tx, cx.instance.tenantId, { ...common, ...signed.proven });
  const isSecond = one.signatures.length + 1 === RELEASE_PERSONS;
  let grantId: string | undefined;
  if (isSecond) {
    await moveRequest(tx, cx, one.row, { event: "release", to: "approved", comment });
    // Both have retyped the order's facts and they match, as with two deciders.
    await approveAuthorization(tx, cx, one.authorization);
    grantId = await createReleasedGrant(tx, cx, one);
  }
  const entry = await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "request.release",
    subjects: [
      `request:${requestId}`,
      ...(grantId === undefined ? [] : [`grant:${grantId}`, `authorization:${one.authorization.id}`]),
    ],
    purpose: one.row.purpose,
    caseId: requestId,
    caseDetails: {
      release: releaseId,
      terms: releaseDigest(one.release.terms),
      statement: recordDigest(signed.statement),
      proof: signed.proven.proofKind,
      comment,
      words: one.signatures.length + 1,
    },
    index: { requestId, ...(grantId === undefined ? {} : { grantId }) },
  });
  return { entry, grantId };
}

/**
 * Sends the grant to the custodian again. The second signature was stored while the custodian was away, and one of the
 * signers repeats the call.
 */
async function resume(cx: Context, { requestId, releaseId }: Wanted): Promise<AppendedEntry | undefined> {
  const found = await inSnapshot(cx, async (tx) => {
    const { release, signatures, state } = await loadReleaseCase(tx, cx, requestId);
    const isOwn = signatures.some(({ userId }) => userId === cx.principal.userId);
    if (release?.id !== releaseId || state !== "released" || !isOwn) return undefined;
    return findGrantOfRequest(tx, requestId);
  });
  if (found === undefined) return undefined;
  if (found.state === "pending") await activateGrant(cx, found.id);
  return recordEvent(cx, {
    class: "access",
    outcome: "done",
    action: "request.activate",
    subjects: [],
    caseId: requestId,
    index: { requestId, grantId: found.id },
  });
}

/**
 * Stores one executive's signature of the terms. The second signature makes the grant and sends it to the custodian,
 * which checks both itself. Throws `request.illegal-transition` unless the request is overdue, `request.conflict` when
 * the terms are not open, `decision.same-person`, `decision.facts-mismatch`, `statement.required`, `custodian.refused`,
 * and 503 while the custodian is away.
 */
export async function signRelease(
  cx: Context,
  requestId: string,
  releaseId: string,
  body: NewReleaseSignature,
): Promise<ReleaseAnswer> {
  const word = { requestId, releaseId, body };
  const resumed = await resume(cx, word);
  if (resumed !== undefined) return answerRelease(cx, requestId, resumed);
  const check = async (tx: Tx) => checkRelease(tx, cx, await loadReleaseCase(tx, cx, requestId), word);
  const { release } = await recordingReading(cx, requestId, body.confirms, () => inSnapshot(cx, check));
  const statement = { ...release.terms, releaser: cx.principal.handle };
  const proven = await proveSignature(cx, { kind: "release", statement }, body.signature);
  const { entry, grantId } = await inTransaction(cx, (tx) =>
    storeSignature(tx, cx, word, { statement, proven }),
  );
  if (grantId !== undefined) await activateGrant(cx, grantId);
  return answerRelease(cx, requestId, entry);
}
