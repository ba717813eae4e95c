import { principalOf, requestQuestion } from "@/lib/access/policy/cedar-request";
import { ownPurposes } from "@/lib/access/policy/explain";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import type { DecidingSet } from "@/lib/context/policies";
import { type Level, Purpose } from "@/lib/vocabulary";

type Asker = Pick<SubjectFacts, "role" | "duties" | "organisationId">;

/** Returns whether the policies let this person file a request for this purpose at this level. */
export function mayRequest(subject: Asker, purpose: string, level: Level, set: DecidingSet): boolean {
  return set.ask(requestQuestion(subject, purpose, level)).isAllowed;
}

/**
 * Returns the purposes for which a person may ever open their own records, or file a request at some level, in the order
 * of purposes. Pages offer these, and the same questions decide.
 */
export function purposesOf(subject: Asker, set: DecidingSet): readonly Purpose[] {
  if (subject.role === "client" || subject.role === "miner") return ownPurposes(principalOf(subject), set);
  const levels: readonly Level[] = ["masked", "full"];
  return Purpose.options.filter((purpose) =>
    levels.some((level) => mayRequest(subject, purpose, level, set)),
  );
}
