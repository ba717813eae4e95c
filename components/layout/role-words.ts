const ROLES = ["client", "miner", "coordinator", "auditor", "regulator", "admin"] as const;
const DUTIES = ["admin", "approve", "legal", "compliance", "privacy", "support", "recovery"] as const;

/** The message key of a role. */
export function roleKey(role: string): (typeof ROLES)[number] {
  return ROLES.find((known) => known === role) ?? "client";
}

/** The message key of a duty. */
export function dutyKey(duty: string): (typeof DUTIES)[number] {
  return DUTIES.find((known) => known === duty) ?? "support";
}
