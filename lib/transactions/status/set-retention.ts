import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { readKnown } from "@/lib/transactions/read/load-known";
import type { RetentionAnswer, RetentionBody } from "@/lib/transactions/schema";
import { updateRetention } from "@/lib/transactions/store";

const ACTION = "transaction.hold";

/**
 * Puts a record into a longer retention class, or back, with a reason. It opens no field. In the longer class, a role's
 * age limit does not apply to an instrument that names the record. Only the operator's own organisation sees it, so the
 * record's parties do not learn that someone plans to look back. For staff with the duty legal or compliance.
 */
export async function setRetention(cx: Context, id: string, input: RetentionBody): Promise<RetentionAnswer> {
  const row = await readKnown(cx, id);
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
