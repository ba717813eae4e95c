import "server-only";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { StatusChange } from "@/lib/transactions/status/status-rules";
import { insertVersion, updateStatus } from "@/lib/transactions/store";

/**
 * Stores a step of the state machine under its log entry, and keeps the earlier status. Throws `request.conflict` if
 * another call changed the transaction since it was read.
 */
export async function changeStatus(
  tx: Tx,
  cx: Context,
  row: TransactionRow,
  change: StatusChange,
  entry: AppendedEntry,
): Promise<void> {
  if (!(await updateStatus(tx, { id: row.id, version: row.version, ...change }))) {
    throw new DomainError("request.conflict", { detail: "The transaction changed in the meantime." });
  }
  await insertVersion(tx, {
    transaction_id: row.id,
    version: row.version + 1,
    tenant_id: cx.instance.tenantId,
    change: "status",
    before: { status: row.status },
    after: { status: change.status },
    at: entry.at,
    by_user_id: cx.principal.userId,
    entry_id: entry.id,
  });
}
