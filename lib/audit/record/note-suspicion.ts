import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { NewSuspicion } from "../people-schema";
import { issueReceipt, type Receipt } from "./issue-receipt";
import { recordEvent } from "./record-event";

async function requireRecord(cx: Context, id: string): Promise<void> {
  const known = await inSnapshot(cx, (tx) =>
    tx.transaction.count({ where: { id, tenant_id: cx.instance.tenantId } }),
  );
  if (known > 0) return;
  const errors = [{ pointer: "/transaction_id", detail: "transaction not found" }];
  throw new DomainError("transaction.not-found", { errors });
}

/**
 * Records a suspicion in its own compartment. Only the compliance duty can see the entry. Lists, counts and exports
 * of all other people are the same with or without it (I12). Throws
 * `transaction.not-found` for a transaction that does not exist.
 */
export async function noteSuspicion(
  cx: Context,
  body: NewSuspicion,
): Promise<{ readonly entry_id: string; readonly receipt: Receipt }> {
  const { note, transaction_id: transactionId } = body;
  if (transactionId !== undefined) await requireRecord(cx, transactionId);
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
