import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { mayKnow } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import { findTransaction } from "@/lib/transactions/store";

/**
 * Returns the transaction with what `also` reads in the same snapshot. Throws `transaction.not-found` for a transaction that
 * the caller may not know of, after the same statements as for one that does not exist (I12).
 */
export async function loadKnown<T>(
  cx: Context,
  id: string,
  also: (tx: Tx, row: TransactionRow) => Promise<T>,
): Promise<{ row: TransactionRow; also: T }> {
  const found = await inSnapshot(cx, async (tx) => {
    const row = await findTransaction(tx, cx.instance.tenantId, id);
    if (row === undefined || !mayKnow(cx.principal, row.participants)) return undefined;
    return { row, also: await also(tx, row) };
  });
  if (found === undefined) throw new DomainError("transaction.not-found");
  return found;
}
