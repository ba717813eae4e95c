import "server-only";
import type { Context } from "@/lib/context/context";
import type { NewSuspicion } from "../schema";
import { issueReceipt, type Receipt } from "./issue-receipt";
import { recordEvent } from "./record-event";

/**
 * Writes a suspicion down in a compartment of its own: the whole entry is there for the duty compliance only, and
 * nobody else's lists, counts or exports differ by it (I12).
 */
export async function noteSuspicion(
  cx: Context,
  body: NewSuspicion,
): Promise<{ readonly entry_id: string; readonly receipt: Receipt }> {
  const { note, transaction_id: transactionId } = body;
  const entry = await recordEvent(cx, {
    class: "access",
    outcome: "done",
    action: "suspicion.note",
    subjects: [],
    suspicion: { note },
    ...(transactionId === undefined ? {} : { index: { transactionId } }),
  });
  return { entry_id: entry.id, receipt: await issueReceipt(cx, entry) };
}
