import "server-only";
import { enterSteering, loadForDeadline } from "@/lib/access/deadlines/load-for-deadline";
import { findLinked } from "@/lib/access/deadlines/store";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { continueRequest } from "@/lib/access/requests/continue-request";
import { moveRequest } from "@/lib/access/requests/move-request";
import { remainderOf } from "@/lib/access/requests/remainder";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Marks a narrowed request as answered in part. Access to the approved part continues. The rest goes to its reviewers
 * as a separate request, and both sides see the link. The requester sees the reason.
 */
export async function answerPartly(cx: Context, id: string, reason: string): Promise<RequestAnswer> {
  const entry = await inTransaction(cx, async (tx) => {
    const one = await loadForDeadline(tx, cx, id, false);
    if (one.row.state !== "active") {
      throw new DomainError("request.illegal-transition", {
        detail: `The request is ${one.row.state}. Only a request with access in force can be answered in part.`,
      });
    }
    const { rest: sentOn } = await findLinked(tx, id);
    if (sentOn !== undefined) {
      throw new DomainError("request.illegal-transition", {
        detail: `The remainder is already a request: ${sentOn.reference}.`,
      });
    }
    const grant = await findGrantOfRequest(tx, id);
    const rest = grant === undefined ? undefined : remainderOf(one.row, grant);
    if (rest === undefined) throw new DomainError("request.answered-whole");
    const continuation = await continueRequest(tx, cx, one, rest);
    await moveRequest(tx, cx, one.row, { event: "answer_partly", to: "partial", comment: reason });
    const details = { reason, continued_by: continuation };
    return enterSteering(tx, cx, one, { action: "request.answer-partly", details });
  });
  return answerRequest(cx, id, entry);
}
