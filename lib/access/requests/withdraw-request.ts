import "server-only";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import { moveRequest } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import { lockRequest } from "@/lib/access/requests/store";
import { recordingRefusals } from "@/lib/access/rules/record-refusal";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";

/** The requester takes a request back as long as nothing has come of it. It stays visible for ever. */
export async function withdrawRequest(
  cx: Context,
  id: string,
  reason: string | undefined,
): Promise<RequestAnswer> {
  return recordingRefusals(cx, { action: "request.withdraw", requestId: id }, async () => {
    const entry = await inTransaction(cx, async (tx) => {
      await lockRequest(tx, id);
      const { row } = await loadRequest(tx, cx, id, "request.change");
      const comment = reason === undefined ? {} : { comment: reason };
      await moveRequest(tx, cx, row, { event: "withdraw", to: "withdrawn", ...comment });
      return appendEntry(tx, cx, {
        class: "access",
        outcome: "done",
        action: "request.withdraw",
        subjects: [`request:${id}`],
        purpose: row.purpose,
        caseId: id,
        caseDetails: { from_state: row.state, ...(reason === undefined ? {} : { reason }) },
        index: { requestId: id },
      });
    });
    return answerRequest(cx, id, entry);
  });
}
