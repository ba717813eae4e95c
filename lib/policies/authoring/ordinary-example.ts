import { ExampleFacts } from "@/lib/access/policy/policy-document";
import type { PolicyForm } from "./form";

/** What a person of the role opens with, where the rule does not say it. */
function basisOf({ roles, records, grantKind }: PolicyForm): Pick<ExampleFacts, "grant" | "is_party"> {
  const [role] = roles;
  const isParty = records === "own" || (records === "any" && (role === "client" || role === "miner"));
  return { is_party: isParty, grant: isParty ? null : grantKind === "any" ? "request" : grantKind };
}

/**
 * Returns the facts with which a new example of a rule begins: a case that the rule is about, at noon of an ordinary
 * weekday with today's date. The author changes what the example is to show. Pure.
 */
export function ordinaryExample(form: PolicyForm, now: Date): ExampleFacts {
  const { action, roles, purposes, isOtherPurposes, groups, levels, instruments, support } = form;
  const level = levels.find((one) => one !== "metadata");
  return ExampleFacts.parse({
    action,
    role: roles[0] ?? "auditor",
    is_support: support === "yes",
    purpose: (isOtherPurposes ? undefined : purposes[0]) ?? "audit",
    ...(groups[0] === undefined ? {} : { group: groups[0] }),
    ...(level === undefined ? {} : { level }),
    ...basisOf(form),
    authority: instruments[0] ?? null,
    day: Number(now.toISOString().slice(0, 10).replaceAll("-", "")),
  });
}
