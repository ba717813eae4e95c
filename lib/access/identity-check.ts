import "server-only";
import type { IdentityCheckAnswer } from "@/lib/access/answer-schema";
import { loadRequest } from "@/lib/access/load-request";
import { findPeople, insertIdentityCheck } from "@/lib/access/people/store";
import { recordingRefusals } from "@/lib/access/record-refusal";
import type { NewIdentityCheck } from "@/lib/access/schema";
import { appendEntry } from "@/lib/audit/append-entry";
import { issueReceipt } from "@/lib/audit/issue-receipt";
import type { Context } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";

/** The check holds for the officer, in any request, for twelve months. */
function twelveMonthsLater(at: Date): Date {
  const later = new Date(at);
  later.setUTCMonth(later.getUTCMonth() + 12);
  return later;
}

/**
 * The legal reviewer records that the officer is who he says: domain verified, and a call back to a number from
 * the agency's record. Only a check with both lets a request be approved.
 */
export async function checkIdentity(
  cx: Context,
  requestId: string,
  body: NewIdentityCheck,
): Promise<IdentityCheckAnswer> {
  return recordingRefusals(cx, { action: "identity.check", requestId }, async () => {
    const at = cx.clock.now();
    const id = uuidv7(at.getTime());
    const expiresAt = twelveMonthsLater(at);
    const { entry, officer } = await inTransaction(cx, async (tx) => {
      const { row } = await loadRequest(tx, cx, requestId, "identity.check");
      const person = (await findPeople(tx, [row.requesterUserId])).get(row.requesterUserId);
      if (person === undefined) throw new InvariantError("the officer of a request does not exist");
      await insertIdentityCheck(tx, {
        id,
        tenantId: cx.instance.tenantId,
        officerUserId: row.requesterUserId,
        checkedBy: cx.principal.userId,
        domainVerified: body.domain_verified,
        calledNumberFromRecord: body.called_number_from_record,
        note: body.note,
        expiresAt,
      });
      const appended = await appendEntry(tx, cx, {
        class: "identity",
        outcome: "done",
        action: "identity.check",
        subjects: [`user:${row.requesterUserId}`],
        caseId: requestId,
        caseDetails: { ...body },
        index: { requestId },
      });
      return { entry: appended, officer: person.handle };
    });
    return {
      id,
      officer,
      is_valid: body.domain_verified && body.called_number_from_record,
      expires_at: expiresAt.toISOString(),
      receipt: await issueReceipt(cx, entry),
    };
  });
}
