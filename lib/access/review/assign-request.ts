import "server-only";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { NewAssignee } from "@/lib/access/requests/schema";
import { insertAssignment, listDeciders } from "@/lib/access/review/assignee-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { invalidField } from "@/lib/errors";

async function deciderOf(tx: Tx, tenantId: string, handle: string | null): Promise<string | undefined> {
  if (handle === null) return undefined;
  const found = (await listDeciders(tx, tenantId)).find((one) => one.handle === handle);
  if (found === undefined) throw invalidField("/person", "is not a person who decides on requests");
  return found.id;
}

/**
 * Assigns a request to a person who decides on requests, or to no one. It is an arrangement among reviewers and no
 * permission: each reviewer can decide what they could decide before.
 */
export async function assignRequest(
  cx: Context,
  requestId: string,
  { person }: NewAssignee,
): Promise<RequestAnswer> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  const entry = await inTransaction(cx, async (tx) => {
    await loadRequest(tx, cx, requestId, "request.review");
    const userId = await deciderOf(tx, tenantId, person);
    const byUserId = cx.principal.userId;
    await insertAssignment(tx, { id, tenantId, requestId, userId, byUserId, at });
    return appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "request.assign",
      subjects: [`assignment:${id}`, `request:${requestId}`],
      caseId: requestId,
      caseDetails: { person },
      index: { requestId },
    });
  });
  return answerRequest(cx, requestId, entry);
}
