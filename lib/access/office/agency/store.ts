import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

/** What an agency is known by. */
export interface AgencyRow {
  readonly id: string;
  readonly name: string;
  readonly emailDomains: readonly string[];
  readonly contacts: readonly string[];
}

const Contacts = z.array(z.looseObject({ number: z.string() }));

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
  const contacts = Contacts.safeParse(row.contacts);
  return {
    id: row.id,
    name: row.legal_name,
    emailDomains: row.email_domains,
    // Contacts nobody can read are none: nobody is called back then.
    contacts: contacts.success ? contacts.data.map(({ number }) => number) : [],
  };
}

export async function updateAgency(
  tx: Tx,
  id: string,
  record: Pick<AgencyRow, "emailDomains" | "contacts">,
): Promise<void> {
  await tx.agency.updateMany({
    where: { id },
    data: {
      email_domains: [...record.emailDomains],
      contacts: record.contacts.map((number) => ({ number })),
    },
  });
}
