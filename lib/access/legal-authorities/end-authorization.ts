import "server-only";
import { isLate, UNANSWERED } from "@/lib/access/deadlines/due";
import { endGrant, tryAnnouncing } from "@/lib/access/grants/revoke-grant";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import { lockSameOrder } from "@/lib/access/legal-authorities/dependents-store";
import {
  type AuthorizationRow,
  findAuthorization,
  setAuthorizationState,
} from "@/lib/access/legal-authorities/store";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import type { AuthorizationEnd } from "@/lib/access/requests/authorization-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { AuthorizationState } from "@/lib/access/requests/schema";
import { findRequestFacts, type RequestRow, readRequest } from "@/lib/access/requests/store";
import type { Permit } from "@/lib/access/rules/permit";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

type Ending = "suspended" | "revoked";

const ACTIONS = { suspended: "authorization.suspend", revoked: "authorization.revoke" } as const;
/** States from which each end is reached. The database has the same table (`legal_authorization_guard`). */
const LIVE: readonly AuthorizationState[] = [
  "submitted",
  "signature_verified",
  "legal_review",
  "attested",
  "approved",
  "active",
];
const FROM: Readonly<Record<Ending, readonly AuthorizationState[]>> = {
  suspended: LIVE,
  revoked: [...LIVE, "suspended"],
};

/** Whether a legal authority may still end in this way. */
export function mayEnd(row: Pick<AuthorizationRow, "state">, to: Ending): boolean {
  return FROM[to].includes(row.state);
}

/**
 * Ends a legal authority, and its request's grant with it, in the caller's transaction, which holds the request's lock.
 * Returns the entry and the ended grant, of which the custodian is then notified (`tryAnnouncing`).
 */
export async function endAuthorization(
  tx: Tx,
  cx: Context,
  { id, requestId }: Pick<AuthorizationRow, "id" | "requestId">,
  { to, reason }: { readonly to: Ending; readonly reason: string },
) {
  await setAuthorizationState(tx, id, to);
  const grant = await findGrantOfRequest(tx, requestId);
  const isLive = grant?.state === "pending" || grant?.state === "active";
  const ended = isLive && grant !== undefined ? grant.id : undefined;
  if (grant !== undefined && ended !== undefined) await endGrant(tx, cx, grant, reason);
  const entry = await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: ACTIONS[to],
    subjects: [`authorization:${id}`, `request:${requestId}`],
    caseId: requestId,
    caseDetails: { authorization: id, reason, ...(ended === undefined ? {} : { grant: ended }) },
    index: { requestId, ...(ended === undefined ? {} : { grantId: ended }) },
  });
  return { entry, ended };
}

/** Whether an answer to the request is owed and not given yet. */
const isOwed = ({ state, responseDueAt }: RequestRow): boolean =>
  responseDueAt !== undefined && UNANSWERED.has(state);

/**
 * Returns why a reviewer cannot end the order of this request in this way; undefined when one may. One person cannot
 * revoke an order while an answer is owed: that would be a hidden refusal, and executives could not set it aside.
 */
async function againstEnding(
  tx: Tx,
  cx: Context,
  request: RequestRow,
  to: Ending,
): Promise<string | undefined> {
  // An overdue request belongs to the executives, and a coordinator cannot stop them (access.md "Requests").
  if (request.state === "overdue" || isLate(request, cx.clock.now()))
    return "The request is overdue: executives may release it.";
  if (to === "revoked" && isOwed(request))
    return "The request still needs an answer. Suspend the legal authority, or deny the request. The requester can withdraw it.";
  const grant = await findGrantOfRequest(tx, request.id);
  return grant?.releaseId === undefined
    ? undefined
    : "Executives released this grant, so a coordinator cannot end it.";
}

/** Ends the same order in the requests for a rest, where a reviewer may end it. */
async function endAlike(tx: Tx, cx: Context, permit: Permit, id: string, input: EndInput) {
  const facts = await findRequestFacts(tx, cx, id);
  const row = await findAuthorization(tx, id);
  if (facts === undefined || row === undefined) return undefined;
  const request = await readRequest(tx, permit, facts);
  const to = isOwed(request) ? "suspended" : input.to;
  if (!mayEnd(row, to) || (await againstEnding(tx, cx, request, to)) !== undefined) return undefined;
  return (await endAuthorization(tx, cx, row, { ...input, to })).ended;
}

async function endIn(tx: Tx, cx: Context, input: EndInput) {
  const { requestId, authorizationId, to } = input;
  const line = await lockSameOrder(tx, requestId);
  const { permit, row: request } = await loadRequest(tx, cx, requestId, "request.review");
  const against = await againstEnding(tx, cx, request, to);
  if (against !== undefined) throw new DomainError("request.conflict", { detail: against });
  const row = await findAuthorization(tx, requestId);
  if (row?.id !== authorizationId) throw new DomainError("authorization.not-found");
  if (!mayEnd(row, to)) {
    throw new DomainError("request.illegal-transition", {
      detail: `A legal authority cannot change from ${row.state} to ${to}.`,
    });
  }
  const { entry, ended } = await endAuthorization(tx, cx, row, input);
  const all = [ended];
  for (const id of line) if (id !== requestId) all.push(await endAlike(tx, cx, permit, id, input));
  return { entry, ended: all.filter((id) => id !== undefined) };
}

interface EndInput {
  readonly requestId: string;
  readonly authorizationId: string;
  readonly to: Ending;
  readonly reason: string;
}

async function end(cx: Context, input: EndInput): Promise<RequestAnswer> {
  const { requestId } = input;
  const { entry, ended } = await inTransaction(cx, (tx) => endIn(tx, cx, input));
  for (const id of ended) await tryAnnouncing(cx, id);
  return answerRequest(cx, requestId, entry);
}

/**
 * Suspends a legal authority, when a court has stayed the order or its authority doubts it. For reviewers. No approval
 * is possible on it, and a grant that rests on it ends at once: here at the next decision, and at the custodian as soon
 * as it answers. A suspension is not lifted (ADR 0031): further access takes a new request and two new decisions. The
 * same order of a request for the rest ends with it. Throws `authorization.not-found`, `request.illegal-transition`.
 */
export function suspendAuthorization(
  cx: Context,
  requestId: string,
  authorizationId: string,
  { reason }: AuthorizationEnd,
): Promise<RequestAnswer> {
  return end(cx, { requestId, authorizationId, to: "suspended", reason });
}

/**
 * Revokes a legal authority, when the order was taken back or set aside. It works like a suspension, and is also
 * possible after one. Throws `request.conflict` while an answer is owed: reviewers suspend the order or deny the request
 * instead. The order of a rest that is still owed is suspended with it.
 */
export function revokeAuthorization(
  cx: Context,
  requestId: string,
  authorizationId: string,
  { reason }: AuthorizationEnd,
): Promise<RequestAnswer> {
  return end(cx, { requestId, authorizationId, to: "revoked", reason });
}
