import "server-only";
import type { RuleContext } from "@/lib/administration/agreements/kind";
import { countOtherAdministrators, lockAdministrators } from "@/lib/administration/people/store";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { findHolder, type Holder } from "@/lib/identity/people/holders-store";
import { domainOf } from "@/lib/identity/providers/check-claims";
import { findAgency } from "@/lib/organisations/agency/store";
import { findOrganisation } from "@/lib/organisations/store";
import type { Duty, Role } from "@/lib/vocabulary";

interface StandingOf {
  readonly role: Role;
  readonly duties: readonly Duty[];
}

/** Administrators make people and their duties, so they do not decide about access themselves. */
const NOT_WITH_ADMIN: readonly Duty[] = ["approve", "legal", "executive", "break-glass"];
/** The kinds of organisation that each role can belong to. */
const HOMES: Readonly<Record<Role, readonly string[]>> = {
  admin: ["operator"],
  coordinator: ["operator", "company"],
  auditor: ["agency"],
  regulator: ["agency"],
  client: ["company"],
  miner: ["company"],
};

/** Throws `person.duties` where role and duties do not go together. */
export function requireDuties({ role, duties }: StandingOf): void {
  const isAdministrator = role === "admin" || duties.includes("admin");
  const both = isAdministrator ? NOT_WITH_ADMIN.find((duty) => duties.includes(duty)) : undefined;
  if (both !== undefined)
    throw new DomainError("person.duties", {
      detail: `An administrator cannot also have the duty ${both}. Choose one of the two.`,
    });
  if (role === "admin" && !duties.includes("admin"))
    throw new DomainError("person.duties", {
      detail: "The role administrator needs the duty administrator.",
    });
  if (role === "coordinator" && duties.length === 0)
    throw new DomainError("person.duties", {
      detail: "A coordinator needs at least one duty.",
    });
  if (role !== "admin" && role !== "coordinator" && duties.length > 0)
    throw new DomainError("person.duties", {
      detail: "Only the operator's own people can have duties.",
    });
}

/** Returns an active organisation of the tenant. Throws `organisation.not-found` and `organisation.state`. */
export async function requireOrganisation(tx: Tx, cx: RuleContext, id: string) {
  const found = await findOrganisation(tx, cx.instance.tenantId, id);
  if (found === undefined) throw new DomainError("organisation.not-found");
  if (found.state !== "active")
    throw new DomainError("organisation.state", { detail: `${found.name} is suspended.` });
  return found;
}

/** Throws where a role cannot belong to this kind of organisation. */
export function requireHome({ role }: { readonly role: Role }, kind: string, pointer = "/role"): void {
  if (HOMES[role].includes(kind)) return;
  throw invalidField(pointer, `${role} does not fit an organisation of the kind ${kind}`);
}

/** Throws `person.address` unless an agency's officer has an address of one of its verified domains. */
export async function requireDomain(
  tx: Tx,
  cx: RuleContext,
  person: { readonly email: string; readonly organisationId: string },
): Promise<void> {
  const agency = await findAgency(tx, cx.instance.tenantId, person.organisationId);
  const domain = domainOf(person.email);
  if (agency === undefined || agency.emailDomains.some((one) => one.toLowerCase() === domain)) return;
  throw new DomainError("person.address", {
    detail: `${domain} is not a verified domain of ${agency.name}.`,
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
    detail: "No other active administrator has a passkey or an authenticator. Invite one first.",
  });
}
