import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { findEmail, type Person } from "@/lib/identity/people/people-store";
import { domainOf } from "@/lib/identity/providers/check-claims";
import { findAgency } from "@/lib/organisations/agency/store";

/** The data for a check of an officer's identity, all from the agency's record. */
export interface CheckRecord {
  /** Domain of the officer's address. */
  readonly domain: string;
  readonly isDomainVerified: boolean;
  /** Numbers at which the officer may be called back. */
  readonly contacts: readonly string[];
  /** For each number, the account that put it on record. */
  readonly setters: ReadonlyMap<string, string>;
}

/**
 * Returns the domain of the officer's address and the data of their agency. Without an agency's record an officer
 * cannot be verified.
 */
export async function readCheckRecord(
  tx: Tx,
  tenantId: string,
  officer: Pick<Person, "userId" | "organisationId">,
): Promise<CheckRecord> {
  const agency = await findAgency(tx, tenantId, officer.organisationId);
  const domain = domainOf(await findEmail(tx, officer.userId));
  const domains = (agency?.emailDomains ?? []).map((one) => one.toLowerCase());
  return {
    domain,
    isDomainVerified: domains.includes(domain),
    contacts: agency?.contacts ?? [],
    setters: agency?.setters ?? new Map(),
  };
}
