import "server-only";
import type { AppendedEntry } from "@/lib/audit/event";
import type { Context } from "@/lib/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { StatusChange } from "@/lib/transactions/status-rules";
import { insertVersion, type TransactionRow, updateStatus } from "@/lib/transactions/store";

/** Moves a transaction into or out of dispute under the dispute's own entry, and keeps what it was before. */
export async function moveTransaction(
  tx: Tx,
  cx: Context,
  row: TransactionRow,
  change: StatusChange,
  entry: AppendedEntry,
): Promise<void> {
  if (change.status === row.status) return;
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
