import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { type AgencyRow, findAgency, updateAgency } from "@/lib/organisations/agency/store";
import type { AgencyRecord, AgencyRecordBody } from "@/lib/organisations/schema";

/** What is said of a number without a recorded source. */
const INSTALLATION = "record of the installation";

async function requireAgency(tx: Tx, cx: Pick<Context, "instance">, id: string): Promise<AgencyRow> {
  const found = await findAgency(tx, cx.instance.tenantId, id);
  if (found === undefined) throw new DomainError("organisation.not-found");
  return found;
}

/** Returns the entity tag of an agency's record, over its settings. */
export function etagOfAgency({ email_domains, contacts, people }: AgencyRecord): string {
  return contentEtagOf({ email_domains, contacts, people });
}

/**
 * Returns domains and callback numbers of an agency in the caller's transaction. Throws `organisation.not-found`, also
 * if the organisation is not an agency.
 */
export async function readAgencyRecord(
  tx: Tx,
  cx: Pick<Context, "instance">,
  id: string,
): Promise<AgencyRecord> {
  const { name, emailDomains, contacts, sources, people } = await requireAgency(tx, cx, id);
  return {
    id,
    name,
    email_domains: [...emailDomains],
    contacts: contacts.map((number) => ({ number, source: sources.get(number) ?? INSTALLATION })),
    people: people.map((person) => ({ ...person })),
  };
}

/** Returns an agency's record, for administrators. Throws as `readAgencyRecord`. */
export async function getAgencyRecord(cx: Context, id: string): Promise<AgencyRecord> {
  return inSnapshot(cx, (tx) => readAgencyRecord(tx, cx, id));
}

/**
 * Sets the data for identity checks of an agency's officers in the caller's transaction, and records the earlier data.
 * One administrator asks for it and another agrees; reviewers use it. The person who asked to put a number on record
 * cannot call it back (identity-check.ts). Existing checks stay.
 */
export async function setAgencyRecordIn(
  tx: Tx,
  cx: Context,
  change: { readonly id: string; readonly body: AgencyRecordBody; readonly by: string },
): Promise<void> {
  const { id, by } = change;
  const { email_domains: emailDomains, contacts: numbers, people } = change.body;
  const before = await requireAgency(tx, cx, id);
  await updateAgency(tx, before, { emailDomains, numbers, people, by });
  await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "organisation.change",
    subjects: [`organisation:${id}`, `agency:${before.id}`],
    details: {
      organisation: id,
      before: {
        email_domains: [...before.emailDomains],
        contacts: [...before.contacts],
        people: before.people.map(({ email }) => email),
      },
      after: {
        email_domains: [...emailDomains],
        contacts: numbers.map(({ number }) => number),
        people: (people ?? before.people).map(({ email }) => email),
      },
    },
  });
}
