import { insertIdentityCheck } from "@/lib/access/review/store";
import "server-only";
import type { IdentityCheckAnswer } from "@/lib/access/requests/answer-schema";
import { loadRequest } from "@/lib/access/requests/load-request";
import type { NewIdentityCheck } from "@/lib/access/requests/schema";
import { findRelatedPeople } from "@/lib/access/review/conflicts/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { InvariantError, invalidField } from "@/lib/errors";
import { findPeople, type Person } from "@/lib/identity/people/people-store";
import { readCheckRecord } from "@/lib/organisations/agency/check-record";

/** The check is valid for the officer, in any request, for twelve months. */
function twelveMonthsLater(at: Date): Date {
  const later = new Date(at);
  later.setUTCMonth(later.getUTCMonth() + 12);
  return later;
}

interface Facts {
  readonly domainVerified: boolean;
  readonly calledNumberFromRecord: boolean;
}

/**
 * Throws when the caller put this number on record, under any of their accounts. They cannot be the second person who
 * calls it back.
 */
async function requireOthersNumber(tx: Tx, cx: Context, setter: string | undefined): Promise<void> {
  if (setter === undefined) return;
  const { accounts } = await findRelatedPeople(tx, cx.instance.tenantId, cx.principal.userId);
  if (accounts.includes(setter))
    throw invalidField("/called_number", "was recorded by you, so another person must make the callback");
}

/**
 * Returns the result according to the agency's record. Throws `request.invalid` for a number that is not on it, or that
 * the caller set.
 */
async function weigh(tx: Tx, cx: Context, officer: Person, body: NewIdentityCheck): Promise<Facts> {
  const record = await readCheckRecord(tx, cx.instance.tenantId, officer);
  const { called_number: number, is_confirmed: isConfirmed } = body;
  if (number !== undefined && !record.contacts.includes(number))
    throw invalidField("/called_number", "is not a number stored for the agency");
  if (number !== undefined) await requireOthersNumber(tx, cx, record.setters.get(number));
  return {
    domainVerified: record.isDomainVerified,
    calledNumberFromRecord: number !== undefined && isConfirmed,
  };
}

/** Returns what the entry of a check contains. */
function checked(facts: Facts, body: NewIdentityCheck) {
  return {
    domain_verified: facts.domainVerified,
    called_number_from_record: facts.calledNumberFromRecord,
    ...(body.called_number === undefined ? {} : { called_number: body.called_number }),
    note: body.note,
  };
}

/**
 * Records a legal reviewer's check of the officer's identity. The server compares the domain of the officer's address
 * with the agency's. The call back goes to a number on the agency's record, chosen and never typed. Only a check with
 * both lets a request be approved. The person who checks may also decide; the requester and their side never do.
 */
export async function checkIdentity(
  cx: Context,
  requestId: string,
  body: NewIdentityCheck,
): Promise<IdentityCheckAnswer> {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const expiresAt = twelveMonthsLater(at);
  const { entry, officer, facts } = await inTransaction(cx, async (tx) => {
    const { row } = await loadRequest(tx, cx, requestId, "identity.check");
    const person = (await findPeople(tx, [row.requesterUserId])).get(row.requesterUserId);
    if (person === undefined) throw new InvariantError("the officer of a request does not exist");
    const facts = await weigh(tx, cx, person, body);
    await insertIdentityCheck(tx, {
      id,
      tenantId: cx.instance.tenantId,
      officerUserId: row.requesterUserId,
      checkedBy: cx.principal.userId,
      ...facts,
      calledNumber: body.called_number,
      note: body.note,
      expiresAt,
    });
    const appended = await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "identity.check",
      subjects: [`user:${row.requesterUserId}`],
      caseId: requestId,
      caseDetails: checked(facts, body),
      index: { requestId },
    });
    return { entry: appended, officer: person.handle, facts };
  });
  return {
    id,
    officer,
    is_valid: facts.domainVerified && facts.calledNumberFromRecord,
    domain_verified: facts.domainVerified,
    expires_at: expiresAt.toISOString(),
    receipt: await issueReceipt(cx, entry),
  };
}
