import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { contentEtagOf, requireMatch } from "@/lib/etag";
import { type AgencyRow, findAgency, updateAgency } from "@/lib/organisations/agency/store";
import type { AgencyRecord, AgencyRecordAnswer, AgencyRecordBody } from "@/lib/organisations/schema";
import { lockOrganisation } from "@/lib/organisations/store";

async function requireAgency(tx: Tx, cx: Context, id: string): Promise<AgencyRow> {
  const found = await findAgency(tx, cx.instance.tenantId, id);
  if (found === undefined) throw new DomainError("organisation.not-found");
  return found;
}

/** Returns the entity tag of an agency's record, over its settings. */
export function etagOfAgency({ email_domains, contacts }: AgencyRecord): string {
  return contentEtagOf({ email_domains, contacts });
}

function recordOf(id: string, { name, emailDomains, contacts }: AgencyRow): AgencyRecord {
  return { id, name, email_domains: [...emailDomains], contacts: [...contacts] };
}

/**
 * Returns domains and call-back numbers of an agency, for administrators. Throws `organisation.not-found`, also if the
 * organisation is not an agency.
 */
export async function getAgencyRecord(cx: Context, id: string): Promise<AgencyRecord> {
  return inSnapshot(cx, async (tx) => recordOf(id, await requireAgency(tx, cx, id)));
}

/**
 * Sets the data for identity checks of an agency's officers, and records the earlier data. Administrators set it and
 * reviewers use it. The person who put a number on record cannot call it back (identity-check.ts), so no one can call
 * back their own number. Existing checks stay. Throws `request.conflict` if `ifMatch` names a record other than the
 * current one.
 */
export async function setAgencyRecord(
  cx: Context,
  id: string,
  body: AgencyRecordBody,
  ifMatch?: string,
): Promise<AgencyRecordAnswer> {
  const { entry, record } = await inTransaction(cx, async (tx) => {
    await lockOrganisation(tx, id);
    const before = await requireAgency(tx, cx, id);
    requireMatch(ifMatch, etagOfAgency(recordOf(id, before)));
    const { email_domains: emailDomains, contacts } = body;
    await updateAgency(tx, before, { emailDomains, contacts, by: cx.principal.userId });
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "organisation.change",
      subjects: [`organisation:${id}`, `agency:${before.id}`],
      details: {
        organisation: id,
        before: { email_domains: [...before.emailDomains], contacts: [...before.contacts] },
        after: { email_domains: [...emailDomains], contacts: [...contacts] },
      },
    });
    return { entry: appended, record: recordOf(id, await requireAgency(tx, cx, id)) };
  });
  return { ...record, receipt: await issueReceipt(cx, entry) };
}
