import "server-only";
import { endOfHold, requireHolder, toPreservation } from "@/lib/access/preservations/rules";
import type { NewPreservation, Preservation } from "@/lib/access/preservations/schema";
import { insertPreservation } from "@/lib/access/preservations/store";
import { requireKnownTransactions } from "@/lib/access/requests/check-asked";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";

export type PreservationAnswer = Preservation & { readonly receipt: Receipt };

/**
 * Puts records under a legal hold (access.md "Preservation"). While it runs, log entries about them are not pruned and
 * keys of people that they need are not erased. It discloses nothing; its entry belongs to a case of the organisation
 * that asked. Throws `transaction.not-found`, also for ids of others, and `request.invalid` for its end.
 */
export async function preserveTransactions(cx: Context, body: NewPreservation): Promise<PreservationAnswer> {
  requireHolder(cx);
  const at = cx.clock.now();
  const { tenantId } = cx.instance;
  const { userId, organisationId } = cx.principal;
  const id = uuidv7(at.getTime());
  const transactions = [...new Set(body.transactions)].sort();
  const until = endOfHold(body.until, at);
  const { reason } = body;
  const entry = await inTransaction(cx, async (tx) => {
    await requireKnownTransactions(tx, tenantId, body.transactions);
    const hold = { id, tenantId, organisationId, requestedBy: userId, transactions, reason, at, until };
    await insertPreservation(tx, hold);
    return appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "preservation.create",
      subjects: [`preservation:${id}`],
      caseId: id,
      caseDetails: { transactions, reason, until: until.toISOString() },
    });
  });
  const row = {
    id,
    organisation_id: organisationId,
    transactions,
    reason,
    state: "active" as const,
    created_at: at,
    until,
    released_at: null,
  };
  return { ...toPreservation(cx, row), receipt: await issueReceipt(cx, entry) };
}
