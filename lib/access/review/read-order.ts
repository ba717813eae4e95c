import "server-only";
import { sameFacts } from "@/lib/access/decisions/retyped-facts";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import type { ReadingAnswer } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import type { Confirms } from "@/lib/access/requests/schema";
import { readsOrders } from "@/lib/access/review/blind";
import { insertReading, readOrdersOf } from "@/lib/access/review/reading-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Records what a decider read in a paper order, before they see what the requester typed of it. Afterwards the facts on
 * record are shown to them. The entry says which facts matched, so a reading that was typed to see them is recorded as
 * what it is. A decision still takes its own facts.
 */
export async function readOrder(cx: Context, requestId: string, confirms: Confirms): Promise<ReadingAnswer> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { entry, matches } = await inTransaction(cx, async (tx) => {
    await loadRequest(tx, cx, requestId, "request.review");
    const order = await findAuthorization(tx, requestId);
    if (order === undefined) throw new DomainError("authorization.missing");
    const same = sameFacts(confirms, order);
    const { userId, tenantId } = cx.principal;
    await insertReading(tx, { id, tenantId, requestId, userId, confirms, at });
    const appended = await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "order.read",
      subjects: [`reading:${id}`, `request:${requestId}`],
      caseId: requestId,
      caseDetails: { matches: [...same] },
      index: { requestId },
    });
    return { entry: appended, matches: same };
  });
  return { id, at: at.toISOString(), matches: [...matches], receipt: await issueReceipt(cx, entry) };
}

/**
 * Runs a decision, its preparation or a release. A refusal that shows the facts on record next to what the person typed
 * is a reading: for a decider who has not read the order it is recorded as one before they get it.
 */
export async function recordingReading<T>(
  cx: Context,
  requestId: string,
  confirms: Confirms | undefined,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const isShown = error instanceof DomainError && error.code === "decision.facts-mismatch";
    if (!isShown || confirms === undefined || !readsOrders(cx.principal)) throw error;
    const { userId } = cx.principal;
    const read = await readOrdersOf({ run: cx.db.run }, { userId, requestIds: [requestId] });
    if (!read.has(requestId)) await readOrder(cx, requestId, confirms);
    throw error;
  }
}
