import type { Duty, Role } from "@/lib/vocabulary";

const PRIVILEGED: ReadonlySet<Role> = new Set<Role>(["auditor", "regulator", "coordinator", "admin"]);

/** Returns whether this person needs a second factor and a short idle time, by role or by any duty. */
export function isPrivileged(person: { readonly role: Role; readonly duties: readonly Duty[] }): boolean {
  return PRIVILEGED.has(person.role) || person.duties.length > 0;
}
