import "server-only";
import type { RequestAnswer, UnreadableAnswer } from "@/lib/access/requests/answer-schema";
import { moveRequest } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import {
  findRequestFacts,
  isRequestUnreadable,
  lockRequest,
  readPurpose,
  readState,
} from "@/lib/access/requests/store";
import { withTie } from "@/lib/access/review/conflicts/store";
import { authorize } from "@/lib/access/rules/authorize";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

type Withdrawn = RequestAnswer | UnreadableAnswer;

/**
 * Refuses callers who may not withdraw this request. Its requester may; an administrator may where the row cannot be
 * read. It reads no more of the row than the facts of `authorize`, so that it also answers for such a row.
 */
async function requireMayWithdraw(tx: Tx, cx: Context, id: string, isBroken: boolean): Promise<void> {
  const facts = await findRequestFacts(tx, cx, id);
  if (facts === undefined) throw new DomainError("request-file.not-found");
  if (isBroken && cx.principal.role === "admin") return;
  const isOwn = facts.requesterUserId === cx.principal.userId;
  await authorize(cx, "request.change", isOwn ? facts : (await withTie(tx, cx, facts)).facts);
}

/** Withdraws a request that nothing has come of yet. It stays visible. */
export async function withdrawRequest(
  cx: Context,
  id: string,
  reason: string | undefined,
): Promise<Withdrawn> {
  const { entry, isBroken } = await inTransaction(cx, async (tx) => {
    await lockRequest(tx, id);
    const isBroken = await isRequestUnreadable(tx, cx, id);
    await requireMayWithdraw(tx, cx, id, isBroken);
    const state = await readState(tx, id);
    const comment = reason === undefined ? {} : { comment: reason };
    await moveRequest(tx, cx, { id, state }, { event: "withdraw", to: "withdrawn", ...comment });
    const entry = await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "request.withdraw",
      subjects: [`request:${id}`],
      purpose: await readPurpose(tx, id),
      caseId: id,
      caseDetails: { from_state: state, ...(reason === undefined ? {} : { reason }) },
      index: { requestId: id },
    });
    return { entry, isBroken };
  });
  if (!isBroken) return answerRequest(cx, id, entry);
  return { id, unreadable: true, state: "withdrawn", receipt: await issueReceipt(cx, entry) };
}
