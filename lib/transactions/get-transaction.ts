import "server-only";
import type { Context } from "@/lib/context";
import { loadKnown } from "@/lib/transactions/load-known";
import type { TransactionView } from "@/lib/transactions/schema";
import { viewOf } from "@/lib/transactions/view";

/** The view of one transaction; nothing is decrypted. */
export async function getTransaction(cx: Context, id: string): Promise<TransactionView> {
  const { row } = await loadKnown(cx, id, { action: "transaction.read" }, async () => undefined);
  return viewOf(row);
}
