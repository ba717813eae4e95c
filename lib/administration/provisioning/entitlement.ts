import { fault } from "@/lib/administration/provisioning/protocol/scim-error";
import type { ProvisioningSettings } from "@/lib/administration/provisioning/schema";
import type { Duty, Role } from "@/lib/vocabulary";

/** Role and duties of a person. */
export interface Entitlement {
  readonly role: Role;
  readonly duties: readonly Duty[];
}

/**
 * Returns role and duties that a person's groups give, over those that they have. Duties that no group is mapped to
 * stay as they are. Undefined for a person in no mapped group where the settings name no role: nothing is given to them
 * then, and nothing is taken. Throws `invalidValue` for groups with different roles.
 */
export function entitlementOf(
  { role, groups }: Pick<ProvisioningSettings, "role" | "groups">,
  names: readonly string[],
  now: Entitlement | undefined,
): Entitlement | undefined {
  const given = groups.filter(({ name }) => names.includes(name));
  const roles = [...new Set(given.map((group) => group.role))];
  if (roles.length > 1)
    throw fault("invalidValue", `A person cannot be in groups of different roles: ${roles.join(", ")}.`);
  const managed = new Set(groups.flatMap(({ duties }) => duties));
  const mapped = new Set(groups.map((group) => group.role));
  // A role that an administrator gave and no group is mapped to stays.
  const own = now === undefined || mapped.has(now.role) ? role : now.role;
  const next = roles[0] ?? own;
  if (next === undefined) return undefined;
  const kept = (now?.duties ?? []).filter((duty) => !managed.has(duty));
  return { role: next, duties: [...new Set([...kept, ...given.flatMap(({ duties }) => duties)])].sort() };
}

/** Whether two are the same. */
export function isSameEntitlement(one: Entitlement, other: Entitlement): boolean {
  const textOf = ({ role, duties }: Entitlement) => [role, ...[...duties].sort()].join(" ");
  return textOf(one) === textOf(other);
}
