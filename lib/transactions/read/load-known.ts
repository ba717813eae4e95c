import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { viewOf } from "@/lib/transactions/read/view";
import { mayKnow } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { TransactionView } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";

function requireKnown(cx: Pick<Context, "principal">, row: TransactionRow | undefined): TransactionRow {
  if (row === undefined || !mayKnow(cx.principal, row.participants))
    throw new DomainError("transaction.not-found");
  return row;
}

/** Returns the transaction. Throws `transaction.not-found` if the caller may not know of it, or if it does not exist. */
export async function readKnown(cx: Context, id: string): Promise<TransactionRow> {
  return requireKnown(cx, await findTransaction(cx.db.run, cx.instance.tenantId, id));
}

/**
 * Returns the transaction with what `also` reads in the same snapshot. Throws `transaction.not-found` for a transaction that
 * the caller may not know of, after the same statements as for one that does not exist (I12).
 */
export async function loadKnown<T>(
  cx: Context,
  id: string,
  also: (tx: Tx, row: TransactionRow) => Promise<T>,
): Promise<{ row: TransactionRow; also: T }> {
  return inSnapshot(cx, async (tx) => {
    const row = requireKnown(cx, await findTransaction(tx.run, cx.instance.tenantId, id));
    return { row, also: await also(tx, row) };
  });
}

/** Returns the view of one transaction; nothing is decrypted. */
export async function getTransaction(cx: Context, id: string): Promise<TransactionView> {
  return viewOf(await readKnown(cx, id));
}
