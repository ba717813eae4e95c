import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import { insertAgency, insertOrganisation } from "@/lib/identity/people/store";

/** The context needed to create identities. The first start and scripts have no principal. */
export type IdentityContext = DbContext & AuditContext;

/** A phone number of an agency, where it was found, and the account that recorded it. */
interface AgencyNumber {
  readonly number: string;
  readonly source?: string;
  readonly set_by?: string;
}

export interface NewOrganisation {
  readonly name: string;
  readonly kind: "operator" | "agency" | "company";
  readonly zone?: string;
  /** Opening hours by ISO weekday. Without them auditors have the usual office hours, and regulators no limit. */
  readonly weeklyHours?: Readonly<Record<string, readonly [string, string]>>;
  readonly holidays?: string;
  readonly homeJurisdictions?: readonly string[];
  /** For agencies: verified e-mail domains. */
  readonly emailDomains?: readonly string[];
  /** For agencies: phone numbers to call an officer back, from a source other than the officer. */
  readonly contacts?: readonly (string | AgencyNumber)[];
  /** For agencies: the registered name, where it is not the name that people use. */
  readonly legalName?: string;
  /** For agencies: people whom the operator may ask. */
  readonly people?: readonly { readonly name: string; readonly email: string }[];
}

function weeklyHoursColumn(input: NewOrganisation) {
  if (input.weeklyHours === undefined) return {};
  return {
    weekly_hours: Object.fromEntries(
      Object.entries(input.weeklyHours).map(([day, [open, close]]) => [day, [open, close]]),
    ),
  };
}

/** Creates an organisation in the caller's transaction, with its agency record if it is an agency. */
export async function createOrganisationIn(
  tx: Tx,
  cx: AuditContext,
  input: NewOrganisation & { readonly id?: string },
): Promise<{ readonly id: string; readonly entry: AppendedEntry }> {
  const id = input.id ?? uuidv7(cx.clock.nowMs());
  await insertOrganisation(tx, {
    id,
    tenant_id: cx.instance.tenantId,
    name: input.name,
    kind: input.kind,
    zone: input.zone ?? "UTC",
    ...weeklyHoursColumn(input),
    ...(input.holidays === undefined ? {} : { holidays: input.holidays }),
    home_jurisdictions: [...(input.homeJurisdictions ?? [])],
  });
  if (input.kind === "agency") {
    await insertAgency(tx, {
      id: uuidv7(cx.clock.nowMs()),
      tenant_id: cx.instance.tenantId,
      organisation_id: id,
      legal_name: input.legalName ?? input.name,
      email_domains: [...(input.emailDomains ?? [])],
      contacts: (input.contacts ?? []).map((contact) =>
        typeof contact === "string" ? { number: contact } : { ...contact },
      ),
      people: (input.people ?? []).map((person) => ({ ...person })),
    });
  }
  const entry = await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "organisation.create",
    subjects: [`organisation:${id}`],
    details: { kind: input.kind },
  });
  return { id, entry };
}

/** Creates an organisation, with its agency record if it is an agency. */
export async function createOrganisation(
  cx: IdentityContext,
  input: NewOrganisation,
): Promise<{ id: string }> {
  const { id } = await inTransaction(cx, (tx) => createOrganisationIn(tx, cx, input));
  return { id };
}
