import { domainOf } from "@/lib/identity/providers/check-claims";
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

/** Returns whether a role can belong to this kind of organisation. */
export function isHome(role: Role, kind: string): boolean {
  return HOMES[role].includes(kind);
}

/** Returns why role and duties do not go together; undefined where they do. */
export function dutiesFault({ role, duties }: StandingOf): string | undefined {
  const isAdministrator = role === "admin" || duties.includes("admin");
  const both = isAdministrator ? NOT_WITH_ADMIN.find((duty) => duties.includes(duty)) : undefined;
  if (both !== undefined) return `An administrator cannot also have the duty ${both}. Choose one of the two.`;
  if (role === "admin" && !duties.includes("admin"))
    return "The role administrator needs the duty administrator.";
  if (role === "coordinator" && duties.length === 0) return "A coordinator needs at least one duty.";
  if (role !== "admin" && role !== "coordinator" && duties.length > 0)
    return "Only the operator's own people can have duties.";
  return undefined;
}

/** Returns whether an address is in a verified domain of an agency. A subdomain counts only if it is listed. */
export function isInVerifiedDomain(email: string, domains: readonly string[]): boolean {
  return domains.some((one) => one.toLowerCase() === domainOf(email));
}
