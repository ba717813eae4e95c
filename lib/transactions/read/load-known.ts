import "server-only";
import { findLiveGrant } from "@/lib/access/grants/find-grant";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { mayKnow } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import { findTransaction } from "@/lib/transactions/store";

/** What was tried, for the entry of a refusal. */
export interface Attempt {
  readonly action: string;
  readonly purpose?: string;
  readonly fields?: readonly string[];
  /** Access request behind the grant that this is tried under. */
  readonly caseId?: string;
}

/** The case that fences a refusal: that of the grant it was tried under, or of any of the caller's that covers it. */
async function caseOf(cx: Context, transactionId: string, attempt: Attempt): Promise<string | undefined> {
  if (attempt.caseId !== undefined) return attempt.caseId;
  return (await findLiveGrant(cx, { transactionId, purpose: attempt.purpose ?? "" }))?.requestId;
}

/** Writes down a refusal (log and access log) and gives back the error to throw. */
export async function refuse(
  cx: Context,
  transactionId: string,
  attempt: Attempt,
  error: DomainError,
  outcome: "denied" | "failed" = "denied",
): Promise<DomainError> {
  const caseId = await caseOf(cx, transactionId, attempt);
  const details = {
    transaction: transactionId,
    groups: [...(attempt.fields ?? [])],
    code: error.code,
    ...(error.detail === undefined ? {} : { reason: error.detail }),
  };
  await recordEvent(cx, {
    class: attempt.action.startsWith("disclosure.") ? "disclosure" : "transaction",
    outcome,
    action: attempt.action,
    subjects: [],
    ...(attempt.purpose === undefined ? {} : { purpose: attempt.purpose }),
    ...(caseId === undefined ? { details } : { caseId, caseDetails: details }),
    index: { transactionId },
    access: { dataAccessed: [], success: false, error: error.code },
  });
  return error;
}

/**
 * The transaction, for those who may know of it, with whatever `also` reads in the same snapshot. For everybody
 * else it does not exist, and that they asked is written down.
 */
export async function loadKnown<T>(
  cx: Context,
  id: string,
  attempt: Attempt,
  also: (tx: Tx, row: TransactionRow) => Promise<T>,
): Promise<{ row: TransactionRow; also: T }> {
  const found = await inSnapshot(cx, async (tx) => {
    const row = await findTransaction(tx, cx.instance.tenantId, id);
    if (row === undefined || !mayKnow(cx.principal, row.participants)) return undefined;
    return { row, also: await also(tx, row) };
  });
  if (found === undefined) throw await refuse(cx, id, attempt, new DomainError("transaction.not-found"));
  return found;
}
