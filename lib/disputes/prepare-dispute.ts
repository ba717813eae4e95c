import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { insertPrepared } from "@/lib/disputes/change-store";
import { disputeStatement } from "@/lib/disputes/dispute-statement";
import { loadDisputable } from "@/lib/disputes/load-disputable";
import type { DisputeStatementAnswer, NewDisputeStatement } from "@/lib/disputes/schema";
import { invalidField } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";

/** Time to sign. The statement itself says until when support may view. */
const SIGN_MS = 10 * 60_000;

/**
 * Returns the exact statement that a party signs to let support see masked fields. Opening the dispute needs the
 * signature.
 */
export async function prepareDispute(
  cx: Context,
  transactionId: string,
  body: NewDisputeStatement,
): Promise<DisputeStatementAnswer> {
  const { row, groups } = await loadDisputable(cx, transactionId, body.fields);
  if (groups.length === 0)
    throw invalidField("", "this transaction has no sealed fields, so there is no statement to sign");
  const statement = disputeStatement(cx, { transactionId: row.id, groups });
  const expiresAt = new Date(cx.clock.nowMs() + SIGN_MS);
  const entry = await inTransaction(cx, async (tx) => {
    const { tenantId } = cx.instance;
    await insertPrepared(tx, { tenantId, userId: cx.principal.userId, statement, expiresAt });
    return appendEntry(tx, cx, {
      class: "transaction",
      outcome: "done",
      action: "dispute.prepare-statement",
      subjects: [],
      purpose: "dispute",
      details: { transaction: row.id, groups: [...groups], statement: recordDigest(statement) },
      index: { transactionId: row.id },
    });
  });
  const receipt = await issueReceipt(cx, entry);
  return { statement, nonce: statement.nonce, expires_at: expiresAt.toISOString(), receipt };
}
