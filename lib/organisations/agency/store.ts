import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

/** What an agency is known by. */
export interface AgencyRow {
  readonly id: string;
  readonly name: string;
  readonly emailDomains: readonly string[];
  readonly contacts: readonly string[];
  /** By number, the account that put it on record; absent for numbers from the installation or an earlier build. */
  readonly setters: ReadonlyMap<string, string>;
}

const Contacts = z.array(z.looseObject({ number: z.string(), set_by: z.string().optional() }));

/** Returns the agency record of an organisation; undefined if it is not an agency. */
export async function findAgency(
  tx: Tx,
  tenantId: string,
  organisationId: string,
): Promise<AgencyRow | undefined> {
  const row = await tx.agency.findFirst({
    where: { organisation_id: organisationId, tenant_id: tenantId },
    select: { id: true, legal_name: true, email_domains: true, contacts: true },
  });
  if (row === null) return undefined;
  // Unreadable contacts count as none, so no officer can be called back.
  const contacts = Contacts.safeParse(row.contacts).data ?? [];
  return {
    id: row.id,
    name: row.legal_name,
    emailDomains: row.email_domains,
    contacts: contacts.map(({ number }) => number),
    setters: new Map(contacts.flatMap(({ number, set_by: by }) => (by === undefined ? [] : [[number, by]]))),
  };
}

/** Stores the record. An existing number keeps its setter; a new one gets this account. */
export async function updateAgency(
  tx: Tx,
  { id, contacts, setters }: AgencyRow,
  record: Pick<AgencyRow, "emailDomains" | "contacts"> & { readonly by: string },
): Promise<void> {
  const contact = (number: string) => {
    const by = contacts.includes(number) ? setters.get(number) : record.by;
    return { number, ...(by === undefined ? {} : { set_by: by }) };
  };
  await tx.agency.updateMany({
    where: { id },
    data: {
      email_domains: [...record.emailDomains],
      contacts: record.contacts.map(contact),
    },
  });
}
