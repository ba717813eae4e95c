import "server-only";
import { findCoViewerEnd, insertCoViewerEnd, listCoViewers } from "@/lib/access/decisions/co-viewer-store";
import type { CustodyContext } from "@/lib/access/grants/pending-store";
import { finishPending, insertPending } from "@/lib/access/grants/pending-store";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import { addToTimeline } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { NewCoViewerEnd } from "@/lib/access/requests/schema";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError, invalidField } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";

const KIND = "co-viewer.end";

interface Ended {
  readonly id: string;
  readonly entry: AppendedEntry;
}

async function endIn(tx: Tx, cx: Context, requestId: string, body: NewCoViewerEnd): Promise<Ended> {
  await lockRequest(tx, requestId);
  const { row } = await loadRequest(tx, cx, requestId, "request.end-co-viewer");
  if (!row.isSent) {
    throw new DomainError("request.illegal-transition", { detail: "Change the draft instead." });
  }
  const named = (await listCoViewers(tx, requestId)).find(({ handle }) => handle === body.person);
  if (named === undefined) throw invalidField("/person", "is not a co-viewer of this request");
  if (named.endedAt !== undefined) {
    throw new DomainError("request.illegal-transition", { detail: "The co-viewer was already removed." });
  }
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const { userId } = named;
  const { reason } = body;
  await insertCoViewerEnd(tx, { id, tenantId, requestId, userId, by: cx.principal.userId, reason, at });
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: KIND, subject: id });
  await addToTimeline(tx, cx, { requestId, kind: "end_co_viewer", comment: reason });
  const entry = await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: "request.end-co-viewer",
    subjects: [`request:${requestId}`, `user:${userId}`],
    purpose: row.purpose,
    caseId: requestId,
    caseDetails: { co_viewer: named.handle, reason },
    index: { requestId },
  });
  return { id, entry };
}

/** Notifies the custodian that a co-viewer was removed. Can be repeated. */
export async function announceCoViewerEnd(cx: CustodyContext, id: string): Promise<void> {
  const end = await inSnapshot(cx, (tx) => findCoViewerEnd(tx, id));
  if (end === undefined) throw new InvariantError("a co-viewer's removal is missing");
  const { requestId: request, person, reason, at } = end;
  await cx.escrow.endCoViewer({ request, person, reason, at: validityTime(at) });
  await inTransaction(cx, (tx) => finishPending(tx, { kind: KIND, subject: id }, cx.clock.now()));
}

async function tryTelling(cx: Context, id: string): Promise<void> {
  try {
    await announceCoViewerEnd(cx, id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    cx.logger.warn({ end: id, code: error.code }, "co-viewer removal not sent to the custodian; will retry");
  }
}

/**
 * Removes a co-viewer from a submitted request for good: in force here at the next decision, and at the custodian as
 * soon as it answers. Throws `request.illegal-transition` for a draft and for a co-viewer who is already removed.
 */
export async function endCoViewer(cx: Context, id: string, body: NewCoViewerEnd): Promise<RequestAnswer> {
  const ended = await inTransaction(cx, (tx) => endIn(tx, cx, id, body));
  await tryTelling(cx, ended.id);
  return answerRequest(cx, id, ended.entry);
}
