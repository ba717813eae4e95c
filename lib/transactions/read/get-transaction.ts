import "server-only";
import type { Context } from "@/lib/context/context";
import { readKnown } from "@/lib/transactions/read/load-known";
import { viewOf } from "@/lib/transactions/read/view";
import type { TransactionView } from "@/lib/transactions/schema";

/** Returns the view of one transaction; nothing is decrypted. */
export async function getTransaction(cx: Context, id: string): Promise<TransactionView> {
  return viewOf(await readKnown(cx, id));
}
