import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

/** What an agency is known by. */
export interface AgencyRow {
  readonly id: string;
  readonly name: string;
  readonly emailDomains: readonly string[];
  readonly contacts: readonly string[];
  /** By number, where it was found; absent for numbers of the installation. */
  readonly sources: ReadonlyMap<string, string>;
  readonly people: readonly { readonly name: string; readonly email: string }[];
  /** By number, the account that put it on record; absent for numbers from the installation or an earlier build. */
  readonly setters: ReadonlyMap<string, string>;
}

const Contacts = z.array(
  z.looseObject({ number: z.string(), source: z.string().optional(), set_by: z.string().optional() }),
);
const People = z.array(z.object({ name: z.string(), email: z.string() }));

/** Returns the agency record of an organisation; undefined if it is not an agency. */
export async function findAgency(
  tx: Tx,
  tenantId: string,
  organisationId: string,
): Promise<AgencyRow | undefined> {
  const row = await tx.agency.findFirst({
    where: { organisation_id: organisationId, tenant_id: tenantId },
    select: { id: true, legal_name: true, email_domains: true, contacts: true, people: true },
  });
  if (row === null) return undefined;
  // Unreadable contacts count as none, so no officer can be called back.
  const contacts = Contacts.safeParse(row.contacts).data ?? [];
  return {
    id: row.id,
    name: row.legal_name,
    emailDomains: row.email_domains,
    contacts: contacts.map(({ number }) => number),
    sources: new Map(
      contacts.flatMap(({ number, source }) => (source === undefined ? [] : [[number, source]])),
    ),
    people: People.safeParse(row.people).data ?? [],
    setters: new Map(contacts.flatMap(({ number, set_by: by }) => (by === undefined ? [] : [[number, by]]))),
  };
}

/** Stores the record. An existing number keeps its setter; a new one gets this account. */
export async function updateAgency(
  tx: Tx,
  { id, contacts, setters }: AgencyRow,
  record: {
    readonly emailDomains: readonly string[];
    readonly numbers: readonly { readonly number: string; readonly source: string }[];
    readonly people?: readonly { readonly name: string; readonly email: string }[] | undefined;
    readonly by: string;
  },
): Promise<void> {
  const contact = ({ number, source }: { readonly number: string; readonly source: string }) => {
    const by = contacts.includes(number) ? setters.get(number) : record.by;
    return { number, source, ...(by === undefined ? {} : { set_by: by }) };
  };
  await tx.agency.updateMany({
    where: { id },
    data: {
      email_domains: [...record.emailDomains],
      contacts: record.numbers.map(contact),
      ...(record.people === undefined ? {} : { people: record.people.map((one) => ({ ...one })) }),
    },
  });
}

/** Returns the name of another agency that has one of these domains, and the domain. */
export async function findDomainOwner(
  tx: Tx,
  tenantId: string,
  domains: readonly string[],
  but: string | undefined,
): Promise<{ readonly name: string; readonly domain: string } | undefined> {
  const rows = await tx.agency.findMany({
    where: { tenant_id: tenantId, email_domains: { hasSome: [...domains] } },
    select: { organisation_id: true, legal_name: true, email_domains: true },
  });
  const other = rows.find(({ organisation_id: id }) => id !== but);
  const domain = other?.email_domains.find((one) => domains.includes(one));
  return other === undefined || domain === undefined ? undefined : { name: other.legal_name, domain };
}
