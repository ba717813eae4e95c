import "server-only";
import type { Context } from "@/lib/context/context";
import type { NewSuspicion } from "../schema";
import { issueReceipt, type Receipt } from "./issue-receipt";
import { recordEvent } from "./record-event";

/**
 * Records a suspicion in its own compartment. Only the duty compliance can see the entry. Lists, counts and exports
 * of all other people are the same with or without it (I12).
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
