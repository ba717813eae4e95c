import "server-only";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { TransactionQuery } from "@/lib/transactions/schema";

/** An id that no record has: a name of none is answered like an unknown id. */
export const NO_RECORD = "00000000-0000-0000-0000-000000000000";
const MOST_NAMED = 5;

/**
 * Returns the ids of the records that the caller may know of by this name: an id names itself, a job its records. No
 * more than six.
 */
export async function recordsNamed(cx: Context, name: string): Promise<readonly string[]> {
  if (isUuid(name)) return [name];
  const query = TransactionQuery.parse({ job_id: name, limit: String(MOST_NAMED + 1) });
  const { items } = await listTransactions(cx, query);
  return items.map(({ transaction_id: id }) => id);
}

/** Returns the id of the one record of this name. Throws `transaction.several` where a job has more records. */
export async function recordNamed(cx: Context, name: string): Promise<string> {
  const [first = NO_RECORD, ...others] = await recordsNamed(cx, name);
  if (others.length === 0) return first;
  const ids = [first, ...others].slice(0, MOST_NAMED);
  throw new DomainError("transaction.several", {
    detail: `This job has several transactions. Name one of them by its id: ${ids.join(", ")}${others.length >= MOST_NAMED ? " …" : ""}`,
    extra: { transactions: ids },
  });
}
