import "server-only";
import type { RequestAnswer } from "@/lib/access/answer-schema";
import { listDecisions } from "@/lib/access/decisions/store";
import { loadRequest } from "@/lib/access/load-request";
import { moveRequest, walkRequest } from "@/lib/access/move-request";
import { recordingRefusals } from "@/lib/access/record-refusal";
import { answerRequest } from "@/lib/access/request-view";
import { lockRequest, type RequestRow } from "@/lib/access/requests/store";
import { askedAt, insertEvent, listEvents } from "@/lib/access/timeline/store";
import { appendEntry } from "@/lib/audit/append-entry";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";

/**
 * The requester's words on a question are its answer; an approval given before the question still stands. The clock
 * stood still in between, so the due date moves by as long as the answer took.
 */
async function answerQuestion(tx: Tx, cx: Context, row: RequestRow, comment: string): Promise<void> {
  const decisions = await listDecisions(tx, row.id);
  const asked = askedAt(await listEvents(tx, row.id));
  const pausedMs = asked === undefined ? 0 : Math.max(0, cx.clock.nowMs() - asked.getTime());
  const frozen = row.dueAt === undefined ? {} : { dueAt: new Date(row.dueAt.getTime() + pausedMs) };
  const isLegalDone = decisions.some((one) => one.stage === "legal" && one.decision === "approve");
  const answer = { event: "answer", to: "stage_1", comment, frozen } as const;
  if (isLegalDone) await walkRequest(tx, cx, row, [answer, { event: "approve", to: "stage_2" }]);
  else await moveRequest(tx, cx, row, answer);
}

async function addComment(tx: Tx, cx: Context, row: RequestRow, comment: string): Promise<void> {
  const at = cx.clock.now();
  await insertEvent(tx, {
    id: uuidv7(at.getTime()),
    tenantId: cx.instance.tenantId,
    requestId: row.id,
    kind: "comment",
    byUserId: cx.principal.userId,
    fromState: undefined,
    toState: undefined,
    comment,
    at,
  });
}

/** Requester and reviewers write to each other; a requester who was asked a question answers it this way. */
export async function commentRequest(cx: Context, id: string, comment: string): Promise<RequestAnswer> {
  return recordingRefusals(cx, { action: "request.comment", requestId: id }, async () => {
    const entry = await inTransaction(cx, async (tx) => {
      await lockRequest(tx, id);
      const { row } = await loadRequest(tx, cx, id, "request.comment");
      const isAnswer = row.state === "needs_information" && row.requesterUserId === cx.principal.userId;
      if (isAnswer) await answerQuestion(tx, cx, row, comment);
      else await addComment(tx, cx, row, comment);
      return appendEntry(tx, cx, {
        class: "access",
        outcome: "done",
        action: isAnswer ? "request.change" : "request.comment",
        subjects: [`request:${id}`],
        caseId: id,
        caseDetails: { comment },
        index: { requestId: id },
      });
    });
    return answerRequest(cx, id, entry);
  });
}
