// The rules as they were before policies became data (ADR 0055): the oracle of the engine, for tests only. Do not change. The floor did
// not become data, so it is the program's own; opening-oracle.ts checks it.

import type { OpeningFacts } from "@/lib/access/rules/facts";
import { floorReasons, isOwnRecord, proofReasons } from "@/lib/access/rules/floor";
import type { Reason } from "@/lib/access/rules/reason";
import {
  groupReasons,
  hoursReasons,
  levelReasons,
  permittedGroups,
  purposeReasons,
  retentionReasons,
  usesOverride,
  viewReasons,
} from "@/lib/testing/contracts/former-rules/default-rules";
import { effectiveLevel } from "@/lib/testing/contracts/former-rules/limits";
import { nextPossible } from "@/lib/testing/contracts/former-rules/next-possible";
import type { GroupName, Level } from "@/lib/vocabulary";

/** Groups that may be opened, with the level of each. */
export interface Allowed {
  readonly isAllowed: true;
  /** Permitted groups that were requested, or every permitted one. */
  readonly groups: readonly GroupName[];
  readonly levels: Readonly<Partial<Record<GroupName, Level>>>;
  /** Ids of the rules that allowed it. */
  readonly policies: readonly string[];
  /** The office was closed and the caller overrode it with a reason; this is logged. */
  readonly usedHoursOverride: boolean;
}

/** Every reason against it; the first one gives the code of the answer. */
export interface Refused {
  readonly isAllowed: false;
  readonly reasons: readonly [Reason, ...Reason[]];
  /** When the same rules would allow it, if only the clock changes. */
  readonly nextPossibleAt?: Date;
}

/** Returns every reason against an opening except the age of a proof, since each opening gives a new proof. */
function standingReasons(facts: OpeningFacts): Reason[] {
  return [
    ...floorReasons(facts),
    ...purposeReasons(facts),
    ...groupReasons(facts),
    ...levelReasons(facts),
    ...retentionReasons(facts),
    ...hoursReasons(facts),
    ...viewReasons(facts),
  ];
}

/** A party may open their own record by right: a grant neither widens nor narrows that. */
function withoutGrant({ grant: _, ...facts }: OpeningFacts): OpeningFacts {
  return facts;
}

/**
 * Decides one opening. Pure: the same facts give the same answer years later. The floor comes first and no rule can
 * override it. What no rule allows is refused.
 */
export function decideOpening(given: OpeningFacts): Allowed | Refused {
  const facts = isOwnRecord(given) ? withoutGrant(given) : given;
  const [first, ...others] = [...standingReasons(facts), ...proofReasons(facts)];
  if (first !== undefined) {
    const next = nextPossible(facts, standingReasons);
    return {
      isAllowed: false,
      reasons: [first, ...others],
      ...(next === undefined ? {} : { nextPossibleAt: next }),
    };
  }
  const permitted = permittedGroups(facts);
  const groups = facts.groups?.filter((group) => permitted.includes(group)) ?? permitted;
  const kind = facts.grant?.authorization?.kind;
  const level = facts.grant?.level ?? "full";
  return {
    isAllowed: true,
    groups,
    levels: Object.fromEntries(groups.map((group) => [group, effectiveLevel(level, kind, group)])),
    policies: [isOwnRecord(facts) ? `default.${facts.subject.role}` : `default.${facts.subject.role}-grant`],
    usedHoursOverride: usesOverride(facts),
  };
}
