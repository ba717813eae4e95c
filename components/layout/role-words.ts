import { DUTIES, ROLES } from "@/lib/word-lists";

/** The message key of a role. */
export function roleKey(role: string): (typeof ROLES)[number] {
  return ROLES.find((known) => known === role) ?? "client";
}

/** The message key of a duty. */
export function dutyKey(duty: string): (typeof DUTIES)[number] {
  return DUTIES.find((known) => known === duty) ?? "support";
}

/** Returns the message keys of the duties to show with the role, without a duty that has the name of the role. */
export function extraDutyKeys(role: string, duties: readonly string[]): (typeof DUTIES)[number][] {
  return duties.filter((duty) => duty !== role).map(dutyKey);
}
