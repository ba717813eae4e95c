import "server-only";
import type { RuleContext } from "@/lib/administration/agreements/kind";
import { dutiesFault, isHome, isInVerifiedDomain } from "@/lib/administration/people/standing";
import { countOtherAdministrators, lockAdministrators } from "@/lib/administration/people/store";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { findHolder, type Holder } from "@/lib/identity/people/holders-store";
import { takeTurns } from "@/lib/identity/people/one-human-store";
import { domainOf } from "@/lib/identity/providers/check-claims";
import { findAgency } from "@/lib/organisations/agency/store";
import { findOrganisation, isNameTaken } from "@/lib/organisations/store";
import type { Role } from "@/lib/vocabulary";

/** Throws `person.duties` where role and duties do not go together. */
export function requireDuties(standing: Parameters<typeof dutiesFault>[0]): void {
  const detail = dutiesFault(standing);
  if (detail !== undefined) throw new DomainError("person.duties", { detail });
}

/** Returns an active organisation of the tenant. Throws `organisation.not-found` and `organisation.state`. */
export async function requireOrganisation(tx: Tx, cx: RuleContext, id: string) {
  const found = await findOrganisation(tx, cx.instance.tenantId, id);
  if (found === undefined) throw new DomainError("organisation.not-found");
  if (found.state !== "active")
    throw new DomainError("organisation.state", { detail: `${found.name} is suspended.` });
  return found;
}

/** Throws where another organisation has this name: people and lists name organisations by it. */
export async function requireNewName(tx: Tx, cx: RuleContext, name: string, but?: string): Promise<void> {
  const { tenantId } = cx.instance;
  await takeTurns(tx, `organisation:${tenantId}`);
  if (await isNameTaken(tx, tenantId, name, but))
    throw invalidField("/name", "is the name of another organisation");
}

/** Throws where a role cannot belong to this kind of organisation. */
export function requireHome({ role }: { readonly role: Role }, kind: string, pointer = "/role"): void {
  if (isHome(role, kind)) return;
  throw invalidField(pointer, `${role} does not fit an organisation of the kind ${kind}`);
}

/** Throws `person.address` unless an agency's officer has an address of one of its verified domains. */
export async function requireDomain(
  tx: Tx,
  cx: RuleContext,
  person: { readonly email: string; readonly organisationId: string },
): Promise<void> {
  const agency = await findAgency(tx, cx.instance.tenantId, person.organisationId);
  if (agency === undefined || isInVerifiedDomain(person.email, agency.emailDomains)) return;
  throw new DomainError("person.address", {
    detail: `${domainOf(person.email)} is not a verified domain of ${agency.name}.`,
  });
}

/** Returns a person of the tenant in any state. Throws `person.not-found`. */
export async function requirePerson(tx: Tx, cx: RuleContext, userId: string): Promise<Holder> {
  const holder = await findHolder(tx, cx.instance.tenantId, userId);
  if (holder === undefined) throw new DomainError("person.not-found");
  return holder;
}

/**
 * Throws `person.last-administrator` where no other active administrator can sign in. Two administrators who end each
 * other at once run one after the other.
 */
export async function requireAnotherAdministrator(
  tx: Tx,
  tenantId: string,
  { role, userId }: Pick<Holder, "role" | "userId">,
): Promise<void> {
  if (role !== "admin") return;
  await lockAdministrators(tx, tenantId);
  if ((await countOtherAdministrators(tx, tenantId, userId)) > 0) return;
  throw new DomainError("person.last-administrator", {
    detail:
      "No other active administrator has a passkey or an authenticator. Invite another administrator first.",
  });
}
