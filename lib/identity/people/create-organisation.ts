import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import { insertAgency, insertOrganisation } from "@/lib/identity/people/store";

/** The context needed to create identities. The first start and scripts have no principal. */
export type IdentityContext = DbContext & AuditContext;

export interface NewOrganisation {
  readonly name: string;
  readonly kind: "operator" | "agency" | "company";
  readonly zone?: string;
  /** Opening hours by ISO weekday; absent means always open. */
  readonly weeklyHours?: Readonly<Record<string, readonly [string, string]>>;
  readonly holidays?: string;
  readonly homeJurisdictions?: readonly string[];
  /** For agencies: verified e-mail domains. */
  readonly emailDomains?: readonly string[];
  /** For agencies: phone numbers to call an officer back, from a source other than the officer. */
  readonly contacts?: readonly string[];
}

function weeklyHoursColumn(input: NewOrganisation) {
  if (input.weeklyHours === undefined) return {};
  return {
    weekly_hours: Object.fromEntries(
      Object.entries(input.weeklyHours).map(([day, [open, close]]) => [day, [open, close]]),
    ),
  };
}

/** Creates an organisation, with its agency record if it is an agency. */
export async function createOrganisation(
  cx: IdentityContext,
  input: NewOrganisation,
): Promise<{ id: string }> {
  const id = uuidv7(cx.clock.nowMs());
  await inTransaction(cx, async (tx) => {
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
        legal_name: input.name,
        email_domains: [...(input.emailDomains ?? [])],
        contacts: (input.contacts ?? []).map((number) => ({ number })),
      });
    }
    await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "organisation.create",
      subjects: [`organisation:${id}`],
      details: { kind: input.kind },
    });
  });
  return { id };
}
