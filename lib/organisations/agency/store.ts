import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

/** What an agency is known by. */
export interface AgencyRow {
  readonly id: string;
  readonly name: string;
  readonly emailDomains: readonly string[];
  readonly contacts: readonly string[];
  /** By number, the account that put it on record; absent for what an installation began with or an earlier build set. */
  readonly setters: ReadonlyMap<string, string>;
}

const Contacts = z.array(z.looseObject({ number: z.string(), set_by: z.string().optional() }));

/** The record of the agency that an organisation is; nothing where it is none. */
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
  // Contacts nobody can read are none: nobody is called back then.
  const contacts = Contacts.safeParse(row.contacts).data ?? [];
  return {
    id: row.id,
    name: row.legal_name,
    emailDomains: row.email_domains,
    contacts: contacts.map(({ number }) => number),
    setters: new Map(contacts.flatMap(({ number, set_by: by }) => (by === undefined ? [] : [[number, by]]))),
  };
}

/** What is set; a number that stood there stays its setter's, a new one is this account's. */
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
