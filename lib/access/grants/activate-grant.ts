import type { Context } from "@/lib/context/context";
import "server-only";
import { breakGlassSubmission, endRefusedBreakGlass } from "@/lib/access/break-glass/submission";
import { listDecisions } from "@/lib/access/decisions/store";
import { releaseSubmission } from "@/lib/access/executive-release/release-submission";
import { activateGrantRow } from "@/lib/access/grants/change-store";
import { findSignedDispute } from "@/lib/access/grants/dispute-end-store";
import type { CustodyContext } from "@/lib/access/grants/pending-store";
import { finishPending } from "@/lib/access/grants/pending-store";
import { findGrant, type GrantRow } from "@/lib/access/grants/store";
import * as authorizations from "@/lib/access/legal-authorities/store";
import { moveRequest } from "@/lib/access/requests/move-request";
import { frozenRecord } from "@/lib/access/requests/request-record";
import { grantLimits, limited } from "@/lib/access/rules/grant-limits";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { submitGrant, type UnregisteredSubmission } from "@/lib/escrow/client/submit-grant";
import type { AcceptedGrant } from "@/lib/escrow/protocol/port";
import { getPerson } from "@/lib/identity/people/people-store";

/** The frozen record is included when it names co-viewers: the custodian learns of co-viewers only from it. */
async function recordMember(tx: Tx, cx: Pick<Context, "instance">, requestId: string) {
  const record = await frozenRecord(tx, cx, requestId);
  return record.co_viewers === undefined ? {} : { request: record };
}

/** Returns what two reviewers signed. */
async function decidedSubmission(
  tx: Tx,
  cx: Pick<Context, "instance" | "policies">,
  grantId: string,
  requestId: string,
): Promise<UnregisteredSubmission> {
  const decisions = await listDecisions(tx, requestId);
  const signed = decisions.flatMap(({ decision, statement, signature }) =>
    decision === "approve" && statement !== undefined && signature !== undefined
      ? [{ statement, signature }]
      : [],
  );
  const authorization = await authorizations.findAuthorization(tx, requestId);
  return {
    grant: grantId,
    decisions: signed,
    ...(authorization === undefined ? {} : { authorization: authorization.record }),
    policy: cx.policies.active().digest,
    ...(await recordMember(tx, cx, requestId)),
  };
}

/** Returns what a party signed, and who has taken its dispute. */
async function disputeSubmission(
  tx: Tx,
  { id, subjectUserId }: GrantRow,
  disputeId: string,
): Promise<UnregisteredSubmission> {
  const dispute = await findSignedDispute(tx, disputeId);
  if (dispute === undefined) throw new InvariantError("a grant rests on an unsigned dispute");
  return { grant: id, dispute, holder: (await getPerson(tx, subjectUserId)).handle };
}

async function loadSubmission(cx: CustodyContext, grantId: string) {
  return inSnapshot(cx, async (tx) => {
    const grant = await findGrant(tx, cx.instance.tenantId, grantId);
    if (grant === undefined) throw new DomainError("grant.not-found");
    const { requestId, dispute, breakGlass, releaseId } = grant;
    if (requestId !== undefined && releaseId !== undefined)
      return { grant, submission: await releaseSubmission(tx, cx, { grantId, requestId, releaseId }) };
    if (requestId !== undefined)
      return { grant, submission: await decidedSubmission(tx, cx, grantId, requestId) };
    if (breakGlass !== undefined)
      return {
        grant,
        submission: await breakGlassSubmission(tx, cx.instance.tenantId, grant.id, breakGlass.id),
      };
    if (dispute === undefined)
      throw new InvariantError("a grant has no dispute, request or use of break-glass");
    return { grant, submission: await disputeSubmission(tx, grant, dispute.id) };
  });
}

/** The request behind the grant becomes active with it, and its authorization. */
async function activateRequest(tx: Tx, cx: CustodyContext, grant: GrantRow, requestId: string) {
  await moveRequest(tx, cx, { id: requestId, state: "approved" }, { event: "activate", to: "active" });
  const subjects = [`request:${requestId}`];
  const { authorization } = grant;
  if (authorization !== undefined) {
    await authorizations.setAuthorizationState(tx, authorization.id, "active");
    subjects.push(`authorization:${authorization.id}`);
  }
  const common = { class: "access", outcome: "done", purpose: grant.purpose, caseId: requestId } as const;
  const index = { requestId, grantId: grant.id };
  await appendEntry(tx, cx, { ...common, action: "request.activate", subjects, index });
}

function basisOf({ dispute, breakGlass }: GrantRow): Record<string, string> {
  return breakGlass === undefined ? { dispute: dispute?.id ?? "" } : { emergency: breakGlass.id };
}

/**
 * Returns the grant within what the policies in force allow, and what its entry says of that. They may have changed
 * while it waited for the custodian. Executives release what was asked for (ADR 0027), and the limits of a dispute and of
 * break-glass are those of their statements.
 */
function withinLimits(cx: CustodyContext, grant: GrantRow) {
  if (grant.requestId === undefined || grant.releaseId !== undefined) return { terms: grant, changed: {} };
  const limits = grantLimits(cx.policies.active());
  const terms = limited(grant, limits);
  const { notAfter, maxViews, maxExports } = terms;
  const isSame =
    notAfter.getTime() === grant.notAfter.getTime() &&
    maxViews === grant.maxViews &&
    maxExports === grant.maxExports;
  if (isSame) return { terms, changed: {} };
  const changed = { max_views: maxViews, max_exports: maxExports, not_after: notAfter.toISOString() };
  return { terms, changed: { ...changed, limited_by: limits.version } };
}

async function storeActive(cx: CustodyContext, grant: GrantRow, accepted: AcceptedGrant): Promise<void> {
  const { terms, changed } = withinLimits(cx, grant);
  const receipt = canonicalJson({ statement: accepted.statement, signature: accepted.signature });
  const { assurance } = accepted.statement;
  const { requestId } = grant;
  await inTransaction(cx, async (tx) => {
    if (!(await activateGrantRow(tx, grant.id, { receipt, assurance, terms }))) return;
    const facts = {
      custodian: accepted.signature,
      groups: [...grant.groups],
      level: grant.level,
      ...changed,
    };
    await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "grant.create",
      purpose: grant.purpose,
      subjects: [`grant:${grant.id}`],
      ...(requestId === undefined
        ? { details: { assurance, ...facts, ...basisOf(grant) }, index: { grantId: grant.id } }
        : {
            details: { assurance },
            caseId: requestId,
            caseDetails: facts,
            index: { requestId, grantId: grant.id },
          }),
    });
    if (requestId !== undefined) await activateRequest(tx, cx, grant, requestId);
    await finishPending(tx, { kind: "grant.activate", subject: grant.id }, cx.clock.now());
  });
}

/**
 * Sends the signed decisions, or the party's dispute, to the custodian, and puts the grant in force once the custodian
 * has accepted them. Can be repeated: a grant that is no longer pending is left unchanged, and the custodian recognises
 * a repeated submission. While the custodian is away: 503, and grant and request stay unchanged until the next try.
 */
export async function activateGrant(cx: CustodyContext, grantId: string): Promise<void> {
  const { grant, submission } = await loadSubmission(cx, grantId);
  if (grant.state !== "pending") {
    // Revoked before it came into force, or put in force by another process: nothing is left to do.
    await inTransaction(cx, (tx) =>
      finishPending(tx, { kind: "grant.activate", subject: grantId }, cx.clock.now()),
    );
    return;
  }
  const accepted = await submitGrant(cx, submission).catch(async (error: unknown) => {
    // A pending use waits for the custodian for one hour at most. A use that the custodian refuses does not count.
    if (grant.breakGlass !== undefined) await endRefusedBreakGlass(cx, grant, error);
    throw error;
  });
  await storeActive(cx, grant, accepted);
}
