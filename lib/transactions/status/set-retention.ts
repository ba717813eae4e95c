import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { loadKnown } from "@/lib/transactions/read/load-known";
import type { RetentionAnswer, RetentionBody } from "@/lib/transactions/schema";
import { updateRetention } from "@/lib/transactions/store";

const ACTION = "transaction.hold";

/**
 * Puts a record into a longer class of retention, or back, with a reason. It opens nothing: in the longer class the age
 * limit of a role yields to an instrument that names the record. A matter of the operator's own organisation, so that the
 * record's parties do not learn from it that somebody means to look back. Staff with the duty legal or compliance.
 */
export async function setRetention(cx: Context, id: string, input: RetentionBody): Promise<RetentionAnswer> {
  const { row } = await loadKnown(cx, id, async () => undefined);
  const entry = await inTransaction(cx, async (tx) => {
    const appended = await appendEntry(tx, cx, {
      class: "transaction",
      outcome: "done",
      action: ACTION,
      subjects: [`transaction:${id}`],
      caseId: cx.principal.organisationId,
      caseDetails: {
        transaction: id,
        from: row.retentionClass,
        to: input.retention_class,
        reason: input.reason,
      },
    });
    await updateRetention(tx, id, input.retention_class);
    return appended;
  });
  const receipt = await issueReceipt(cx, entry);
  return { transaction_id: id, retention_class: input.retention_class, receipt };
}
