import { everOpens } from "@/lib/access/policy/ordinary";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { type Reason, reason } from "@/lib/access/rules/reason";
import type { DecidingSet, OpenQuestion, PolicyAnswer } from "@/lib/context/policies";
import { Purpose } from "@/lib/vocabulary";

/** A group that the policies open at no level, with the question at the lowest one. */
export interface DeniedGroup {
  readonly question: OpenQuestion;
  readonly answer: PolicyAnswer;
}

/** Names the purposes that are open to the reader instead. */
function closedPurpose({ principal, context }: OpenQuestion, set: DecidingSet): string {
  const { purpose, isParty } = context;
  const open = Purpose.options.filter((one) => everOpens({ principal, isParty, purposes: [one] }, set));
  const known = open.length === 0 ? "It can use none." : `It can use: ${open.join(", ")}.`;
  return `Your role cannot use the purpose ${purpose}. ${known}`;
}

/** Returns why no policy permits a group; an empty list if one does. `isFloor`: the floor has refused already. */
export function permitReasons(denied: readonly DeniedGroup[], set: DecidingSet, isFloor: boolean): Reason[] {
  const bare = denied.find(({ question }) => !set.permits(question));
  if (bare === undefined) return [];
  const { principal, context } = bare.question;
  const { purpose, isParty, grant } = context;
  if (
    !everOpens({ principal, isParty, purposes: [purpose], kinds: ["request", grant?.kind ?? "request"] }, set)
  )
    return [reason("default.purpose", "access.purpose", closedPurpose(bare.question, set))];
  return isFloor ? [] : [reason("policies.none", "access.policy", "No policy allows this here.")];
}

/** Returns the greatest age at which no limit of age would refuse this. */
function lookBackOf({ question }: DeniedGroup, set: DecidingSet): number | undefined {
  const { ageDays } = question.resource;
  const ages = set.boundsOf("ageDays").flatMap((days) => [days, days - 1]);
  const isFree = (days: number): boolean => {
    const asked = { ...question, resource: { ...question.resource, ageDays: days } };
    return !set.ask(asked).policies.some((id) => id.startsWith("age-"));
  };
  const free = ages.filter((days) => days >= 0 && days < ageDays && isFree(days));
  return free.length === 0 ? undefined : Math.max(...free);
}

function ageReason(denied: DeniedGroup, set: DecidingSet): Reason {
  const days = lookBackOf(denied, set);
  const detail =
    days === undefined
      ? "The transaction is older than your role may see."
      : `The transaction is older than the ${days} days that your role may see.`;
  return reason("default.retention", "access.outside-retention", detail);
}

function limitReason(id: string, denied: DeniedGroup, { office }: OpeningFacts, set: DecidingSet): Reason {
  if (id.startsWith("age-")) return ageReason(denied, set);
  if (id.startsWith("hours-"))
    return reason(
      "default.hours",
      "access.outside-hours",
      `Outside the office hours of your organisation (${office.zone}).`,
    );
  return reason(`policy.${id}`, "access.policy", `The policy ${id} does not allow this.`);
}

/** Age comes before hours, since waiting does not help; limits of other kinds come last. */
const RANK = ["default.retention", "default.hours"];

/** Returns which policies forbid a group, by what they limit. The first word of a policy's id names that. */
export function limitReasons(
  denied: readonly DeniedGroup[],
  facts: OpeningFacts,
  set: DecidingSet,
): Reason[] {
  const found = new Map<string, Reason>();
  for (const one of denied) {
    for (const id of one.answer.policies) {
      const why = limitReason(id, one, facts, set);
      found.set(why.id, why);
    }
    if (one.answer.isBroken)
      found.set(
        "policies.broken",
        reason("policies.broken", "access.policy", "A policy could not be evaluated."),
      );
  }
  return [...found.values()].sort((a, b) => placeOf(a) - placeOf(b));
}

function placeOf({ id }: Reason): number {
  const place = RANK.indexOf(id);
  return place < 0 ? RANK.length : place;
}
