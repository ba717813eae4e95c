import { principalOf, requestQuestion } from "@/lib/access/policy/cedar-request";
import { everOpens } from "@/lib/access/policy/ordinary";
import type { ActionFacts } from "@/lib/access/rules/action-facts";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import type { DecidingSet, Policies } from "@/lib/context/policies";
import { type GroupName, type InstrumentKind, type Level, Purpose } from "@/lib/vocabulary";

type Asker = Pick<SubjectFacts, "role" | "duties" | "organisationId">;

function mayRequest(subject: Asker, purpose: string, level: Level, set: DecidingSet): boolean {
  return set.ask(requestQuestion(subject, purpose, level)).isAllowed;
}

/**
 * Returns the purposes for which a person may ever open their own records, or file a request at some level, in the order
 * of purposes. Pages offer these, and the same questions decide.
 */
export function purposesOf(subject: Asker, set: DecidingSet): readonly Purpose[] {
  const { role } = subject;
  const principal = principalOf(subject);
  if (role === "client" || role === "miner")
    return Purpose.options.filter((purpose) =>
      everOpens({ principal, isParty: true, purposes: [purpose], levels: ["full"] }, set),
    );
  const levels: readonly Level[] = ["masked", "full"];
  return Purpose.options.filter((purpose) =>
    levels.some((level) => mayRequest(subject, purpose, level, set)),
  );
}

/** Returns the facts that decide whether this request may be filed. */
export function askingFacts(
  { principal, policies }: { readonly principal: Asker; readonly policies: Policies },
  { purpose, level }: { readonly purpose: string; readonly level: Level },
): ActionFacts["request.create"] {
  const set = policies.active();
  return {
    purpose,
    level,
    purposes: purposesOf(principal, set),
    isLevelOpen: mayRequest(principal, purpose, level, set),
  };
}

/** Roles whose requests become grants. */
const ASKING = ["regulator", "auditor", "coordinator"] as const;

/** What a grant or a request says of levels. */
interface Terms {
  readonly level: Level;
  readonly purpose: string;
  readonly instrument: InstrumentKind | undefined;
}

/**
 * Returns the level at which the policies show a group under these terms, at an ordinary hour: to this person, or else
 * to any role that files requests.
 */
export function shownLevel(
  { level, purpose, instrument }: Terms,
  group: GroupName,
  set: DecidingSet,
  subject?: Asker,
): Level {
  if (level !== "full") return level;
  const readers =
    subject === undefined
      ? ASKING.map((role) => ({ role, organisation: "", duties: [], isSupport: false }))
      : [principalOf(subject)];
  const asked = { isParty: false, purposes: [purpose], groups: [group], levels: ["full"] } as const;
  return readers.some((principal) => everOpens({ ...asked, principal, instrument: instrument ?? null }, set))
    ? "full"
    : "masked";
}
