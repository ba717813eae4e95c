/** Refusals that have words of their own for a role, as keys of the namespace `problem.byRole`. */
export const ROLE_KEYS = [
  "hours.auditor",
  "hours.regulator",
  "retention.participant",
  "retention.auditor",
  "retention.regulator",
  "retention.support",
  "retention.reviewer",
  "noGrant.auditor",
  "noGrant.regulator",
  "noGrant.support",
  "noGrant.reviewer",
  "groups.participant",
  "groups.auditor",
  "groups.regulator",
  "groups.reviewer",
  "level.auditor",
  "level.regulator",
  "level.reviewer",
  "noViews.auditor",
  "noViews.regulator",
  "noViews.support",
  "noViews.reviewer",
] as const;

/** Returns the words of a code's key for this reader, or undefined where all readers get the same words. */
export function byRole(key: string, audience: unknown): (typeof ROLE_KEYS)[number] | undefined {
  return ROLE_KEYS.find((known) => known === `${key}.${String(audience)}`);
}
