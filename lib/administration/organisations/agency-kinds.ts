import "server-only";
import { kind, type RuleContext } from "@/lib/administration/agreements/kind";
import { AskedAgency } from "@/lib/administration/organisations/schema";
import { requireNewName, requireOrganisation } from "@/lib/administration/people/rules";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { createOrganisationIn } from "@/lib/identity/people/create-organisation";
import { readAgencyRecord, setAgencyRecordIn } from "@/lib/organisations/agency/agency-record";
import { findDomainOwner } from "@/lib/organisations/agency/store";
import { type AgencyRecord, AgencyRecordBody } from "@/lib/organisations/schema";
import { lockOrganisation } from "@/lib/organisations/store";

/** A domain says whose officer a person is, so that it belongs to one agency. */
async function requireFreeDomains(
  tx: Tx,
  cx: RuleContext,
  domains: readonly string[],
  but?: string,
): Promise<void> {
  const owner = await findDomainOwner(tx, cx.instance.tenantId, domains, but);
  if (owner === undefined) return;
  throw new DomainError("organisation.domain", {
    detail: `${owner.domain} is the domain of ${owner.name}.`,
  });
}

/** An agency joins, with the data for checks of its officers. */
export const newAgency = kind({
  after: AskedAgency,
  subject: "organisation",
  name: async (_tx, _cx, { after }) => after.name,
  concerns: () => undefined,
  before: async () => ({}),
  check: async (tx, cx, { after }) => {
    await requireFreeDomains(tx, cx, after.email_domains);
    await requireNewName(tx, cx, after.name);
  },
  apply: async (tx, cx, { subjectId, after, askedBy }) => {
    await createOrganisationIn(tx, cx, {
      id: subjectId,
      kind: "agency",
      name: after.name,
      legalName: after.legal_name,
      zone: after.zone,
      emailDomains: after.email_domains,
      contacts: after.contacts.map((contact) => ({ ...contact, set_by: askedBy })),
      people: after.people,
    });
    return undefined;
  },
});

/** Returns the settings of an agency's record, as an agreement compares them. */
async function settingsOf(tx: Tx, cx: RuleContext, id: string): Promise<Omit<AgencyRecord, "id" | "name">> {
  const { email_domains, contacts, people } = await readAgencyRecord(tx, cx, id);
  return { email_domains, contacts, people };
}

/** Other domains, callback numbers or contacts of an agency. */
export const recordOfAgency = kind({
  after: AgencyRecordBody,
  subject: "organisation",
  name: async (tx, cx, { subjectId }) => (await readAgencyRecord(tx, cx, subjectId)).name,
  concerns: () => undefined,
  before: async (tx, cx, id) => {
    await lockOrganisation(tx, id);
    return settingsOf(tx, cx, id);
  },
  check: async (tx, cx, { subjectId, after }) => {
    await requireOrganisation(tx, cx, subjectId);
    if (contentEtagOf(await settingsOf(tx, cx, subjectId)) === contentEtagOf(after))
      throw invalidField("/email_domains", "and all other values are already stored");
    await requireFreeDomains(tx, cx, after.email_domains, subjectId);
  },
  apply: async (tx, cx, { subjectId: id, after: body, askedBy: by }) => {
    await setAgencyRecordIn(tx, cx, { id, body, by });
    return undefined;
  },
});
