import { openQuestions } from "@/lib/access/policy/cedar-request";
import { type DeniedGroup, limitReasons, permitReasons } from "@/lib/access/policy/explain";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { floorReasons, isOwnRecord, proofReasons } from "@/lib/access/rules/floor";
import {
  coveredGroups,
  grantPurposeReasons,
  groupReasons,
  levelReasons,
  viewReasons,
} from "@/lib/access/rules/grant-cover";
import { nextPossible } from "@/lib/access/rules/next-possible";
import type { Reason } from "@/lib/access/rules/reason";
import type { DecidingSet } from "@/lib/context/policies";
import type { GroupName, Level } from "@/lib/vocabulary";

/** Groups that may be opened, with the level of each. */
export interface Allowed {
  readonly isAllowed: true;
  /** Permitted groups that were requested, or every permitted one. */
  readonly groups: readonly GroupName[];
  readonly levels: Readonly<Partial<Record<GroupName, Level>>>;
  /** Ids of the policies that allowed it, and of those that lowered a level. */
  readonly policies: readonly string[];
  /** The office was closed and the caller overrode it with a reason; this is logged. */
  readonly usedHoursOverride: boolean;
}

/** Every reason against it; the first one gives the code of the answer. */
export interface Refused {
  readonly isAllowed: false;
  readonly reasons: readonly [Reason, ...Reason[]];
  /** Ids of the policies that forbade it; none where no policy permits it, or the floor refuses. */
  readonly policies: readonly string[];
  /** When the same rules would allow it, if only the clock changes. */
  readonly nextPossibleAt?: Date;
}

/** What the policies say of one group. */
interface GroupVerdict {
  readonly group: GroupName;
  /** The highest level that they permit; undefined when they permit none. */
  readonly level: "masked" | "full" | undefined;
  readonly policies: readonly string[];
  /** The question at the lowest level, and its answer. */
  readonly last: DeniedGroup;
}

/** A party's own record opens in full or not at all; a grant opens at its level or below. */
function levelsOf({ grant }: OpeningFacts, isOwn: boolean): readonly ("masked" | "full")[] {
  if (isOwn) return ["full"];
  return grant?.level === "full" ? ["full", "masked"] : ["masked"];
}

/** Asked for no group, the policies are still asked, for one of them. */
const PROBE: readonly GroupName[] = ["amount"];

function wantedGroups(facts: OpeningFacts): readonly GroupName[] {
  const covered = coveredGroups(facts);
  return facts.groups?.filter((group) => covered.includes(group)) ?? covered;
}

function verdictsOf(facts: OpeningFacts, set: DecidingSet): GroupVerdict[] {
  const ask = openQuestions(facts);
  const levels = levelsOf(facts, isOwnRecord(facts));
  const wanted = wantedGroups(facts);
  return (wanted.length === 0 ? PROBE : wanted).map((group) => {
    const answers: DeniedGroup[] = [];
    for (const level of levels) {
      const question = ask(group, level);
      const answer = set.ask(question);
      answers.push({ question, answer });
      if (answer.isAllowed) break;
    }
    const last = answers.at(-1) as DeniedGroup;
    const level = last.answer.isAllowed ? last.question.context.level : undefined;
    return { group, level, policies: answers.flatMap(({ answer }) => answer.policies), last };
  });
}

/** Reasons, and the verdicts behind them. */
interface Weighed {
  readonly reasons: readonly Reason[];
  readonly verdicts: readonly GroupVerdict[];
}

/**
 * Returns every reason against an opening except the age of a proof, since each opening gives a new proof. Groups that
 * the caller named open together or not at all; of those not named, each permitted one opens.
 */
function weigh(facts: OpeningFacts, set: DecidingSet): Weighed {
  const verdicts = verdictsOf(facts, set);
  const without = verdicts.filter(({ level }) => level === undefined);
  const isDenied = without.length > 0 && (facts.groups !== undefined || without.length === verdicts.length);
  const denied = isDenied ? without.map(({ last }) => last) : [];
  const floor = floorReasons(facts);
  const reasons = [
    ...floor,
    ...permitReasons(denied, set, floor.length > 0),
    ...grantPurposeReasons(facts),
    ...groupReasons(facts),
    ...levelReasons(facts),
    ...limitReasons(denied, facts, set),
    ...viewReasons(facts),
  ];
  return { reasons, verdicts };
}

/** A party may open their own record by right: a grant neither widens nor narrows that. */
function withoutGrant({ grant: _, ...facts }: OpeningFacts): OpeningFacts {
  return facts;
}

function idsOf(verdicts: readonly GroupVerdict[]): string[] {
  return [...new Set(verdicts.flatMap(({ policies }) => policies))].sort();
}

/** Returns whether a legal hold of the record would change the decision. Pure. */
export function dependsOnHold(given: OpeningFacts, set: DecidingSet): boolean {
  const facts = isOwnRecord(given) ? withoutGrant(given) : given;
  const [free, held] = [undefined, new Date(facts.now.getTime() + 1)].map((holdUntil) => {
    const { holdUntil: _, ...record } = facts.record;
    const asked = { ...facts, record: holdUntil === undefined ? record : { ...record, holdUntil } };
    return JSON.stringify(verdictsOf(asked, set).map(({ level, policies }) => [level, policies]));
  });
  return free !== held;
}

/** Whether closed hours would refuse some of this without the caller's reason. */
function usesOverride(
  { hoursOverride, ...facts }: OpeningFacts,
  verdicts: readonly GroupVerdict[],
  set: DecidingSet,
) {
  if ((hoursOverride?.reason.trim() ?? "") === "") return false;
  return verdictsOf(facts, set).some(({ level }, index) => level !== verdicts[index]?.level);
}

function refused(
  facts: OpeningFacts,
  { verdicts }: Weighed,
  reasons: Refused["reasons"],
  set: DecidingSet,
): Refused {
  const next = nextPossible(facts, reasons, set, (at) => weigh(at, set).reasons);
  return {
    isAllowed: false,
    reasons,
    policies: idsOf(verdicts.filter(({ level }) => level === undefined)),
    ...(next === undefined ? {} : { nextPossibleAt: next }),
  };
}

/**
 * Decides one opening: first the floor, which no policy lifts, then the policies, group by group. Pure: the same facts
 * and the same set give the same answer years later. What no policy permits is refused.
 */
export function decideOpening(given: OpeningFacts, set: DecidingSet): Allowed | Refused {
  const facts = isOwnRecord(given) ? withoutGrant(given) : given;
  const weighed = weigh(facts, set);
  const [first, ...others] = [...weighed.reasons, ...proofReasons(facts)];
  if (first !== undefined) return refused(facts, weighed, [first, ...others], set);
  const wanted = wantedGroups(facts);
  const open = weighed.verdicts.filter(({ group, level }) => level !== undefined && wanted.includes(group));
  return {
    isAllowed: true,
    groups: open.map(({ group }) => group),
    levels: Object.fromEntries(open.map(({ group, level }) => [group, level])),
    policies: idsOf(weighed.verdicts.filter(({ level }) => level !== undefined)),
    usedHoursOverride: usesOverride(facts, weighed.verdicts, set),
  };
}
