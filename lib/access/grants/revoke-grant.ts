import "server-only";
import { revokeGrantRow } from "@/lib/access/grants/change-store";
import { findEndedNonce } from "@/lib/access/grants/dispute-end-store";
import { answerGrant } from "@/lib/access/grants/get-grant";
import { loadGrant } from "@/lib/access/grants/load-grant";
import type { CustodyContext } from "@/lib/access/grants/pending-store";
import { finishPending, insertPending } from "@/lib/access/grants/pending-store";
import type { GrantAnswer } from "@/lib/access/grants/schema";
import { findGrant, findRevocation, type GrantRow } from "@/lib/access/grants/store";
import { moveRequest } from "@/lib/access/requests/move-request";
import { readState } from "@/lib/access/requests/require-version";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";

/** What revoking a grant takes. */
type Ending = Pick<GrantRow, "id" | "requestId" | "dispute">;
/** A person's call, or the portal's pass on the planned last day of a person. */
type EndContext = AuditContext & DbContext;

/**
 * Ends a grant in the caller's transaction, for any permitted caller: row, request, entry, and the queued message to
 * the custodian, which the caller or the portal's job then sends (`announceRevocation`). Throws
 * `request.illegal-transition`.
 */
export async function endGrant(
  tx: Tx,
  cx: EndContext,
  grant: Ending,
  reason: string,
): Promise<AppendedEntry> {
  const { id, requestId, dispute } = grant;
  if (requestId !== undefined) await lockRequest(tx, requestId);
  const at = cx.clock.now();
  if (!(await revokeGrantRow(tx, id, { at, by: cx.principal?.userId, reason }))) {
    throw new DomainError("request.illegal-transition", { detail: "The grant has ended already." });
  }
  if (requestId !== undefined) await endRequest(tx, cx, requestId, reason);
  const { tenantId } = cx.instance;
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.revoke", subject: id });
  const common = { class: "access", outcome: "done", action: "grant.revoke" } as const;
  if (requestId === undefined) {
    const details = { reason, ...(dispute === undefined ? {} : { dispute: dispute.id }) };
    return appendEntry(tx, cx, { ...common, subjects: [`grant:${id}`], details, index: { grantId: id } });
  }
  return appendEntry(tx, cx, {
    ...common,
    subjects: [`grant:${id}`, `request:${requestId}`],
    caseId: requestId,
    caseDetails: { reason },
    index: { requestId, grantId: id },
  });
}

/** Ends the request with its grant, unless it has ended already. */
export async function endRequest(tx: Tx, cx: EndContext, requestId: string, reason: string): Promise<void> {
  const state = await readState(tx, requestId);
  // Approved as well: the custodian was away, and the grant ends before it came into force.
  if (state !== "approved" && state !== "active" && state !== "partial") return;
  const request = { id: requestId, state };
  await moveRequest(tx, cx, request, { event: "revoke", to: "revoked", comment: reason });
}

/** Notifies the custodian of a revocation. Can be repeated. A custodian that never had the grant accepts it. */
export async function announceRevocation(cx: CustodyContext, grantId: string): Promise<void> {
  const revocation = await inSnapshot(cx, async (tx) => {
    const grant = await findGrant(tx, cx.instance.tenantId, grantId);
    const found = grant === undefined ? undefined : await findRevocation(tx, grantId);
    return found === undefined ? undefined : { ...found, nonce: await findEndedNonce(tx, grantId) };
  });
  if (revocation === undefined) throw new DomainError("grant.not-found");
  const { at, reason, nonce, releaseEnd } = revocation;
  const dispute = nonce === undefined ? {} : { dispute_nonce: nonce };
  const ended = releaseEnd === undefined ? {} : { ended_by: releaseEnd };
  try {
    await cx.escrow.revoke({ grant: grantId, reason, at: validityTime(at), ...dispute, ...ended });
  } catch (error) {
    const isUnknown = error instanceof DomainError && error.extra.reason === "unknown-grant";
    if (!isUnknown) throw error;
  }
  await inTransaction(cx, (tx) =>
    finishPending(tx, { kind: "grant.revoke", subject: grantId }, cx.clock.now()),
  );
}

/** Notifies the custodian now. If it does not answer, the portal's job retries. */
export async function tryAnnouncing(cx: CustodyContext & Pick<Context, "logger">, id: string): Promise<void> {
  try {
    await announceRevocation(cx, id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    cx.logger.warn({ grant: id, code: error.code }, "revocation not sent to the custodian; will retry");
  }
}

/**
 * Revokes a grant: in force here at the next decision, whether or not the custodian answers. While the custodian is
 * away the portal retries.
 */
export async function revokeGrant(cx: Context, id: string, reason: string): Promise<GrantAnswer> {
  const entry = await inTransaction(cx, async (tx) =>
    endGrant(tx, cx, await loadGrant(tx, cx, id, "grant.revoke"), reason),
  );
  await tryAnnouncing(cx, id);
  return answerGrant(cx, id, entry);
}
