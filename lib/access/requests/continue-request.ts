import "server-only";
import { datesFrom } from "@/lib/access/deadlines/due";
import type { DeadlineRequest } from "@/lib/access/deadlines/load-for-deadline";
import { frozenHandles, listCoViewers } from "@/lib/access/decisions/co-viewer-store";
import { beginReview } from "@/lib/access/legal-authorities/advance";
import { openEvidence } from "@/lib/access/legal-authorities/evidence-store";
import { findHeldDocument } from "@/lib/access/legal-authorities/held-document-store";
import { keepEvidence } from "@/lib/access/legal-authorities/keep-evidence";
import * as authorizations from "@/lib/access/legal-authorities/store";
import { insertRequest, newReference } from "@/lib/access/requests/change-store";
import { tellTimeline, walkRequest } from "@/lib/access/requests/move-request";
import type { Remainder } from "@/lib/access/requests/remainder";
import { requestDigest } from "@/lib/access/requests/request-record";
import type { Asked } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import type { AuthorizationRecord } from "@/lib/escrow/protocol/messages";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { getPerson } from "@/lib/identity/people/people-store";

/** Copies the order with its own record that names the new request. Its document is the attached one. */
async function copyAuthorization(
  tx: Tx,
  cx: Context,
  one: DeadlineRequest,
  requestId: string,
): Promise<string | undefined> {
  const { authorization, row } = one;
  if (authorization === undefined) return undefined;
  const id = uuidv7(cx.clock.nowMs());
  const record: AuthorizationRecord = { ...authorization.record, authorization: id, request: requestId };
  const held = await findHeldDocument(tx, row.id);
  const { tenantId } = cx.instance;
  const copy = { ...authorization, id, requestId, record, recordDigest: recordDigest(record) };
  await authorizations.insertAuthorization(tx, { ...copy, tenantId, documentId: held?.id });
  const evidence = await openEvidence(tx, cx, authorization.id);
  await keepEvidence(tx, cx, { authorizationId: id, requestId }, evidence);
  return copy.recordDigest;
}

async function insertRest(
  tx: Tx,
  cx: Context,
  one: DeadlineRequest,
  rest: Remainder,
): Promise<{ id: string; asked: Asked; reference: string }> {
  const { row, permit } = one;
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const reference = await newReference(tx, at.getUTCFullYear());
  const asked: Asked = {
    ...row,
    transactions: [...rest.transactions].sort(),
    groups: rest.groups,
    query: undefined,
    // Co-viewers who were removed or have left are not named for the rest.
    coViewers: (await listCoViewers(tx, row.id)).flatMap(({ userId, isLive }) => (isLive ? [userId] : [])),
  };
  const { requesterUserId, requesterOrganisationId } = row;
  const filing = {
    id,
    requesterUserId,
    requesterOrganisationId,
    tenantId: cx.instance.tenantId,
    reference,
    at,
  };
  await insertRequest(tx, permit, { ...asked, ...filing, continues: row.id });
  await tellTimeline(tx, cx, { requestId: id, kind: "continue", toState: "draft" });
  return { id, asked, reference };
}

/**
 * Files the rest of a request that was answered in part, in its requester's name and under the same order, and submits
 * it. Its reviewers start from the first stage, and it is due when the whole was due. So each request keeps one grant,
 * and a partial answer does not lose the rest.
 */
export async function continueRequest(
  tx: Tx,
  cx: Context,
  one: DeadlineRequest,
  rest: Remainder,
): Promise<string> {
  const { row, authorization } = one;
  const { id, asked, reference } = await insertRest(tx, cx, one, rest);
  const authorizationDigest = await copyAuthorization(tx, cx, one, id);
  const requester = (await getPerson(tx, row.requesterUserId)).handle;
  const organisationId = row.requesterOrganisationId;
  const coViewerHandles = await frozenHandles(tx, id);
  const names = { requester, organisationId, coViewerHandles };
  const digest = requestDigest({ ...asked, ...names, log: cx.instance.log, id, reference });
  const { dueAt } = datesFrom(authorization?.kind, cx.clock.now(), cx.policies.active());
  const frozen = {
    digest,
    dueAt: row.responseDueAt !== undefined && row.responseDueAt < dueAt ? row.responseDueAt : dueAt,
    ...(row.responseDueAt === undefined ? {} : { responseDueAt: row.responseDueAt }),
    ...(authorizationDigest === undefined ? {} : { authorizationDigest }),
  };
  await walkRequest(tx, cx, { id, state: "draft" }, [
    { event: "submit", to: "submitted", frozen },
    { event: "check", to: "document_check" },
    { event: "checked", to: "stage_1" },
  ]);
  const copied = await authorizations.findAuthorization(tx, id);
  if (copied !== undefined) await beginReview(tx, cx, copied);
  await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "request.continue",
    subjects: [`request:${id}`, ...(copied === undefined ? [] : [`authorization:${copied.id}`])],
    purpose: row.purpose,
    caseId: id,
    caseDetails: {
      reference,
      digest,
      continues: row.id,
      transactions: [...asked.transactions],
      groups: [...asked.groups],
      ...(copied === undefined ? {} : { authorization: copied.id, record: copied.recordDigest }),
    },
    index: { requestId: id },
  });
  return id;
}
