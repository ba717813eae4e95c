import "server-only";
import { isSupport } from "@/lib/access/rules/floor";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { loadKnown } from "@/lib/transactions/read/load-known";
import { viewOf } from "@/lib/transactions/read/view";
import { isParty } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { StatusBody, TransactionAnswer } from "@/lib/transactions/schema";
import { changeStatus } from "@/lib/transactions/status/change-status";
import { nextStatus, type StatusChange } from "@/lib/transactions/status/status-rules";
import { hasLiveDispute } from "@/lib/transactions/store";

const ACTION = "transaction.status";

/**
 * Returns whether the caller is a party, or a coordinator with the duty approve. A person with the support duty cannot
 * change a status.
 */
function mayMove({ principal }: Context, row: TransactionRow): boolean {
  if (isSupport(principal)) return false;
  const approves = principal.role === "coordinator" && principal.duties.includes("approve");
  return approves || isParty(principal, row.participants);
}

function storeStatus(cx: Context, row: TransactionRow, change: StatusChange, reason: string | undefined) {
  return inTransaction(cx, async (tx) => {
    const entry = await appendEntry(tx, cx, {
      class: "transaction",
      outcome: "done",
      action: ACTION,
      subjects: [`transaction:${row.id}`],
      details: {
        transaction: row.id,
        from: row.status,
        to: change.status,
        ...(reason === undefined ? {} : { reason }),
      },
      index: { transactionId: row.id },
    });
    await changeStatus(tx, cx, row, change, entry);
    return entry;
  });
}

/** Moves a transaction along its state machine, for a party or a coordinator with the duty approve. */
export async function setStatus(cx: Context, id: string, input: StatusBody): Promise<TransactionAnswer> {
  const { row, also: isInDispute } = await loadKnown(cx, id, (tx) => hasLiveDispute(tx, id));
  if (!mayMove(cx, row)) {
    throw new DomainError("access.forbidden", {
      detail: "Only parties and approving coordinators can change the status.",
    });
  }
  if (isInDispute && row.status === "disputed") {
    throw new DomainError("transaction.status", {
      detail: "A dispute is open. Its status changes when the dispute is resolved or withdrawn.",
    });
  }
  const change = nextStatus(row, input.status);
  if (change === undefined) {
    throw new DomainError("transaction.status", {
      detail: `The state cannot change from ${row.status} to ${input.status}.`,
    });
  }
  const entry = await storeStatus(cx, row, change, input.reason);
  const receipt = await issueReceipt(cx, entry);
  return { ...viewOf({ ...row, status: change.status }), receipt };
}
