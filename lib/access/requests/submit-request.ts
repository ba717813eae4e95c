import "server-only";
import { datesFrom } from "@/lib/access/deadlines/due";
import { requireDeciders } from "@/lib/access/decisions/check-deciders";
import { frozenCoViewers } from "@/lib/access/decisions/name-co-viewers";
import { requireUninfected } from "@/lib/access/documents/read-document";
import { openDocument } from "@/lib/access/documents/seal-document";
import { beginReview } from "@/lib/access/legal-authorities/advance";
import { findDocumentBytes } from "@/lib/access/legal-authorities/held-document-store";
import { requireReach } from "@/lib/access/legal-authorities/signed-order";
import * as authorizations from "@/lib/access/legal-authorities/store";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { requireKnownTransactions, requireSpan } from "@/lib/access/requests/check-asked";
import { loadRequest } from "@/lib/access/requests/load-request";
import { walkRequest } from "@/lib/access/requests/move-request";
import { resolveQuery } from "@/lib/access/requests/records-store";
import { requestDigest } from "@/lib/access/requests/request-record";
import { answerRequest } from "@/lib/access/requests/request-view";
import { MAX_TRANSACTIONS } from "@/lib/access/requests/schema";
import { lockRequest, type RequestRow } from "@/lib/access/requests/store";
import { grantLimits, requireWithinLimits } from "@/lib/access/rules/grant-limits";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { getPerson } from "@/lib/identity/people/people-store";

/** Throws while a fact was only read from the file's text: a person confirms or types each of them. */
function requireConfirmed({ sources }: Pick<authorizations.AuthorizationRow, "sources">): void {
  const names = Object.entries(sources ?? {}).flatMap(([name, source]) => (source === "read" ? [name] : []));
  if (names.length === 0) return;
  throw new DomainError("request.invalid", {
    detail: "A fact of the legal authority was read from the file. Confirm it, or type it.",
    errors: names.map((name) => ({ pointer: `/${name}`, detail: "was read from the file, confirm it" })),
  });
}

/**
 * Returns the legal authority, if any. Throws unless a request of an auditor or a regulator has a legal authority that
 * is in date, with its document attached.
 */
async function checkAuthorization(
  tx: Tx,
  cx: Context,
  row: RequestRow,
): Promise<authorizations.AuthorizationRow | undefined> {
  const authorization = await authorizations.findAuthorization(tx, row.id);
  if (authorization === undefined) {
    if (cx.principal.role === "coordinator") return undefined;
    throw new DomainError("authorization.missing", { detail: "Attach the legal authority first." });
  }
  if (authorization.validUntil <= cx.clock.now()) {
    throw new DomainError("authorization.invalid", {
      detail: "The legal authority has expired. Attach a valid one.",
    });
  }
  if (recordDigest(authorization.record) !== authorization.recordDigest) {
    throw new DomainError("authorization.invalid", {
      detail: "The legal authority is not the one that was attached.",
    });
  }
  requireConfirmed(authorization);
  requireUninfected(authorization.document);
  const document = await findDocumentBytes(tx, authorization.id);
  if (document !== undefined) openDocument(cx.keystore, document.id, document);
  await beginReview(tx, cx, authorization);
  return authorization;
}

/** Resolves a query to ids before the request is signed. */
async function resolvedTransactions(tx: Tx, cx: Context, row: RequestRow): Promise<readonly string[]> {
  const { tenantId } = cx.instance;
  if (row.query === undefined) {
    await requireKnownTransactions(tx, tenantId, row.transactions);
    return row.transactions;
  }
  const ids = await resolveQuery(tx, tenantId, row.query, MAX_TRANSACTIONS + 1);
  if (ids.length === 0) throw invalidField("/query", "names no transaction");
  if (ids.length > MAX_TRANSACTIONS) {
    throw invalidField("/query", `names more than ${MAX_TRANSACTIONS} transactions`);
  }
  return ids;
}

/** What the entry of a submission contains about its dates, its authority and co-viewers. */
function submissionDetails(
  dates: { readonly dueAt: Date; readonly responseDueAt?: Date },
  authorization: { readonly id: string; readonly recordDigest: string } | undefined,
  coViewers: readonly string[],
): Record<string, string | string[]> {
  const { dueAt, responseDueAt } = dates;
  return {
    due_at: dueAt.toISOString(),
    ...(coViewers.length === 0 ? {} : { co_viewers: [...coViewers] }),
    ...(responseDueAt === undefined ? {} : { response_due_at: responseDueAt.toISOString() }),
    ...(authorization === undefined
      ? {}
      : { authorization: authorization.id, record: authorization.recordDigest }),
  };
}

/** Locks a draft and makes every check of what it asks. Throws `grant.limit`, `request.no-decider` and others. */
async function checkDraft(tx: Tx, cx: Context, id: string) {
  await lockRequest(tx, id);
  const { row } = await loadRequest(tx, cx, id, "request.change");
  if (row.state !== "draft") {
    throw new DomainError("request.illegal-transition", {
      detail: `The request is ${row.state}. Only a draft can be submitted.`,
    });
  }
  const at = cx.clock.now();
  requireSpan(row, at);
  requireWithinLimits(row, grantLimits(cx.policies.active()), at);
  const authorization = await checkAuthorization(tx, cx, row);
  const transactions = await resolvedTransactions(tx, cx, row);
  if (authorization !== undefined)
    await requireReach(tx, authorization, { ...row, fields: row.groups, transactions });
  await requireDeciders(tx, cx, { ...row, transactions }, cx.policies.active().settings.quorums);
  return { row, authorization, transactions };
}

async function submitIn(tx: Tx, cx: Context, id: string) {
  const { row, authorization, transactions } = await checkDraft(tx, cx, id);
  const { review_days: reviewDays, quorums } = cx.policies.active().settings;
  const requester = (await getPerson(tx, row.requesterUserId)).handle;
  const coViewerHandles = await frozenCoViewers(tx, row);
  const organisationId = row.requesterOrganisationId;
  const asked = { ...row, coViewerHandles, transactions, requester, organisationId };
  const digest = requestDigest({ ...asked, log: cx.instance.log });
  const { dueAt, responseDueAt } = datesFrom(authorization?.kind, cx.clock.now(), reviewDays);
  const dates = responseDueAt === undefined ? { dueAt } : { dueAt, responseDueAt };
  const checked = authorization === undefined ? {} : { authorizationDigest: authorization.recordDigest };
  await walkRequest(tx, cx, row, [
    { event: "submit", to: "submitted", frozen: { digest, ...dates, transactions, quorums, ...checked } },
    { event: "check", to: "document_check" },
    // Until the scanner has answered, the request waits here (scan-waiting.ts).
    ...(authorization?.document?.scan === "pending" ? [] : [{ event: "checked", to: "stage_1" } as const]),
  ]);
  return appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "request.submit",
    subjects: [
      `request:${id}`,
      ...(authorization === undefined ? [] : [`authorization:${authorization.id}`]),
    ],
    purpose: row.purpose,
    caseId: id,
    caseDetails: {
      digest,
      transactions: [...transactions],
      ...submissionDetails(dates, authorization, coViewerHandles),
    },
    index: { requestId: id },
  });
}

/** Submits a request: freezes what is asked, checks the document and moves the request to its first stage. */
export async function submitRequest(cx: Context, id: string): Promise<RequestAnswer> {
  const entry = await inTransaction(cx, (tx) => submitIn(tx, cx, id));
  return answerRequest(cx, id, entry);
}
