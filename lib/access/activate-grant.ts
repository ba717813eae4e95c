import "server-only";
import * as authorizations from "@/lib/access/authorizations/store";
import { listDecisions } from "@/lib/access/decisions/store";
import { activateGrantRow, findGrant, type GrantRow } from "@/lib/access/grants/store";
import { finishPending } from "@/lib/access/jobs/store";
import { moveRequest } from "@/lib/access/move-request";
import { appendEntry } from "@/lib/audit/append-entry";
import type { AuditContext } from "@/lib/audit/audit-context";
import type { DbContext } from "@/lib/context";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { AcceptedGrant, EscrowClient } from "@/lib/escrow/client";
import type { GrantSubmission } from "@/lib/escrow/protocol";
import { submitGrant } from "@/lib/escrow/submit-grant";

/** What handing over takes: with a person who acts, or by the portal itself later. */
export type CustodyContext = DbContext & AuditContext & { readonly escrow: EscrowClient };

async function loadSubmission(cx: CustodyContext, grantId: string) {
  return inSnapshot(cx, async (tx) => {
    const grant = await findGrant(tx, cx.instance.tenantId, grantId);
    if (grant === undefined) throw new DomainError("grant.not-found");
    const decisions = await listDecisions(tx, grant.requestId);
    const signed = decisions.flatMap(({ decision, statement, signature }) =>
      decision === "approve" && statement !== undefined && signature !== undefined
        ? [{ statement, signature }]
        : [],
    );
    const authorization = await authorizations.findAuthorization(tx, grant.requestId);
    const submission: GrantSubmission = {
      grant: grantId,
      decisions: signed,
      ...(authorization === undefined ? {} : { authorization: authorization.record }),
    };
    return { grant, submission };
  });
}

async function storeActive(cx: CustodyContext, grant: GrantRow, accepted: AcceptedGrant): Promise<void> {
  const receipt = canonicalJson({ statement: accepted.statement, signature: accepted.signature });
  const { assurance } = accepted.statement;
  await inTransaction(cx, async (tx) => {
    if (!(await activateGrantRow(tx, grant.id, { receipt, assurance }))) return;
    const { authorization, requestId } = grant;
    await moveRequest(tx, cx, { id: requestId, state: "approved" }, { event: "activate", to: "active" });
    const subjects = [`request:${requestId}`];
    if (authorization !== undefined) {
      await authorizations.setAuthorizationState(tx, authorization.id, "active");
      subjects.push(`authorization:${authorization.id}`);
    }
    await finishPending(tx, { kind: "grant.activate", grantId: grant.id }, cx.clock.now());
    const common = {
      class: "access",
      outcome: "done",
      purpose: grant.purpose,
      caseId: requestId,
      index: { requestId, grantId: grant.id },
    } as const;
    await appendEntry(tx, cx, {
      ...common,
      action: "grant.create",
      subjects: [`grant:${grant.id}`],
      details: { assurance },
      caseDetails: { custodian: accepted.signature, groups: [...grant.groups], level: grant.level },
    });
    await appendEntry(tx, cx, { ...common, action: "request.activate", subjects });
  });
}

/**
 * Hands the signed decisions to the custodian, and puts the grant in force once it has accepted them. Can be
 * repeated: a grant that is not pending any more is left alone, and the custodian knows a submission it has had.
 * Custodian away: 503, and grant and request stay as they are until the next try.
 */
export async function activateGrant(cx: CustodyContext, grantId: string): Promise<void> {
  const { grant, submission } = await loadSubmission(cx, grantId);
  if (grant.state !== "pending") {
    // Revoked before it came into force, or put in force by somebody else: there is nothing left to do.
    await inTransaction(cx, (tx) => finishPending(tx, { kind: "grant.activate", grantId }, cx.clock.now()));
    return;
  }
  const accepted = await submitGrant(cx, submission);
  await storeActive(cx, grant, accepted);
}
