import "server-only";
import type { Context } from "@/lib/context/context";
import { loadKnown } from "@/lib/transactions/read/load-known";
import { viewOf } from "@/lib/transactions/read/view";
import type { TransactionView } from "@/lib/transactions/schema";

/** Returns the view of one transaction; nothing is decrypted. */
export async function getTransaction(cx: Context, id: string): Promise<TransactionView> {
  const { row } = await loadKnown(cx, id, async () => undefined);
  return viewOf(row);
}
