import type { OpeningFacts } from "@/lib/access/rules/facts";
import { type Reason, reason } from "@/lib/access/rules/reason";
import type { GroupName } from "@/lib/vocabulary";

// What a grant covers. People signed these terms, so this belongs to the floor: no policy widens them.

/** A grant is for one purpose. */
export function grantPurposeReasons({ purpose, grant }: OpeningFacts): Reason[] {
  if (grant === undefined || grant.purpose === purpose) return [];
  return [reason("default.grant-purpose", "access.purpose", "The grant was given for another purpose.")];
}

/** Groups that may be opened: all of the person's own record, otherwise those of the grant. */
export function coveredGroups(facts: OpeningFacts): readonly GroupName[] {
  return facts.grant === undefined ? facts.record.groups : facts.grant.groups;
}

export function groupReasons(facts: OpeningFacts): Reason[] {
  const covered = coveredGroups(facts);
  const refused =
    facts.groups?.filter((group) => facts.grant !== undefined && !covered.includes(group)) ?? [];
  if (refused.length === 0) return [];
  return [reason("default.groups", "access.groups", `Not permitted: ${refused.join(", ")}.`)];
}

export function levelReasons(facts: OpeningFacts): Reason[] {
  if (facts.grant?.level !== "metadata") return [];
  return [reason("default.level", "access.level", "The grant covers metadata only.")];
}

export function viewReasons({ grant }: OpeningFacts): Reason[] {
  if (grant === undefined || grant.viewsUsed < grant.maxViews || grant.state === "exhausted") return [];
  return [reason("default.views", "access.views-exhausted", "The grant has no views left.")];
}
