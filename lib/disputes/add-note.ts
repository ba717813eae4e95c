import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { insertNote } from "@/lib/disputes/change-store";
import { answerDispute } from "@/lib/disputes/get-dispute";
import { type DisputeRef, loadForAct } from "@/lib/disputes/load-dispute";
import type { DisputeAnswer, NewNote } from "@/lib/disputes/schema";
import { textDigest } from "@/lib/disputes/store";

/**
 * Adds a note to a dispute's thread between parties and support. A note is permanent. Both parties and support read it,
 * so people should not quote sealed values.
 */
export async function addNote(cx: Context, ref: DisputeRef, { text }: NewNote): Promise<DisputeAnswer> {
  const entry = await inTransaction(cx, async (tx) => {
    const row = await loadForAct(tx, cx, ref, "note");
    const at = cx.clock.now();
    const id = uuidv7(at.getTime());
    const { tenantId } = cx.instance;
    await insertNote(tx, { id, tenantId, disputeId: row.id, byUserId: cx.principal.userId, text, at });
    return appendEntry(tx, cx, {
      class: "transaction",
      outcome: "done",
      action: "dispute.note",
      subjects: [`dispute:${row.id}`],
      purpose: "dispute",
      details: { dispute: row.id, note: id, text: textDigest(text) },
      index: { transactionId: row.transactionId },
    });
  });
  return answerDispute(cx, ref.id, entry);
}
