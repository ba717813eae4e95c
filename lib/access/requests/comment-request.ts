import "server-only";
import { pausedBy } from "@/lib/access/deadlines/due";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import { addToTimeline, moveRequest } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import { lockRequest, type RequestRow } from "@/lib/access/requests/store";
import { askedAt, listEvents } from "@/lib/access/requests/timeline-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";

/**
 * Takes the requester's comment on a question as its answer. The review continues in the stage that asked, and an
 * approval given before the question is still valid. The clock was paused in between, so both dates move by the time
 * that the answer took.
 */
async function answerQuestion(tx: Tx, cx: Context, row: RequestRow, comment: string): Promise<void> {
  const asked = askedAt(await listEvents(tx, row.id));
  const pausedMs = asked === undefined ? 0 : cx.clock.nowMs() - asked.getTime();
  const to = row.stageBefore ?? "stage_1";
  await moveRequest(tx, cx, row, { event: "answer", to, comment, frozen: pausedBy(row, pausedMs) });
}

/** Stores a comment of the requester or a reviewer. A requester who was asked a question answers it this way. */
export async function commentRequest(cx: Context, id: string, comment: string): Promise<RequestAnswer> {
  const entry = await inTransaction(cx, async (tx) => {
    await lockRequest(tx, id);
    const { row } = await loadRequest(tx, cx, id, "request.comment");
    const isAnswer = row.state === "needs_information" && row.requesterUserId === cx.principal.userId;
    if (isAnswer) await answerQuestion(tx, cx, row, comment);
    else await addToTimeline(tx, cx, { requestId: row.id, kind: "comment", comment });
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
}
