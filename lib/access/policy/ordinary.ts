import type { DecidingSet, OpenQuestion, PolicyPrincipal } from "@/lib/context/policies";
import { GroupName, type InstrumentKind, Purpose } from "@/lib/vocabulary";

// What a role is for: the answers of the policies for a new record, with an identity proved just now, at an ordinary hour
// or at one that the policies name. Pages show it, and a refusal says by it whether a purpose is closed or only this moment is.

const RECORD = { ageDays: 0, retentionClass: "standard", isKept: false } as const;
const OFFICE = { setsHours: false, isOpen: true, weekday: 3, minute: 720, isHoliday: false } as const;

type GrantKind = "request" | "dispute" | "emergency";

/** Which ordinary openings are meant; what is absent stands for all. */
export interface Ordinary {
  readonly principal: PolicyPrincipal;
  readonly isParty: boolean;
  readonly purposes?: readonly string[];
  readonly groups?: readonly GroupName[];
  readonly levels?: readonly ("masked" | "full")[];
  /** What a grant rests on. */
  readonly kinds?: readonly GrantKind[];
  /** Its instrument; null for none. */
  readonly instrument?: InstrumentKind | null;
}

function basisOf({ isParty, instrument = "court_order" }: Ordinary, kind: GrantKind) {
  if (isParty) return {};
  const grant = { kind, level: "full", approvals: 2, viewsUsed: 0 } as const;
  return instrument === null ? { grant } : { grant, authority: { kind: instrument, state: "active" } };
}

/** Moments that are tried; a set that names more hours is judged by the first. */
const MOST_MOMENTS = 60;

/** An ordinary moment first, then one on each side of each hour, weekday and day that the policies name. */
function momentsOf(set: DecidingSet): Pick<OpenQuestion["context"], "day" | "office">[] {
  const near = (attribute: string) =>
    set.boundsOf(attribute).flatMap((bound) => [bound - 1, bound, bound + 1]);
  const moments = [
    { day: 0, office: OFFICE },
    ...near("minute").map((minute) => ({ day: 0, office: { ...OFFICE, minute } })),
    ...near("weekday").map((weekday) => ({ day: 0, office: { ...OFFICE, weekday } })),
    ...near("day").map((day) => ({ day, office: OFFICE })),
  ];
  return moments.slice(0, MOST_MOMENTS);
}

/** Fields and levels of what is asked. */
function* shapesOf({ groups, levels }: Ordinary) {
  for (const group of groups ?? GroupName.options)
    for (const level of levels ?? (["full", "masked"] as const)) yield { group, level };
}

function* questionsOf(asked: Ordinary, set: DecidingSet): Generator<OpenQuestion> {
  const { principal, isParty, purposes = Purpose.options, kinds = ["request"] } = asked;
  for (const moment of momentsOf(set))
    for (const purpose of purposes)
      for (const kind of new Set(kinds))
        for (const shape of shapesOf(asked)) {
          const facts = { isParty, factorMinutes: 0, hasOverride: false };
          const context = { purpose, ...shape, ...facts, ...moment, ...basisOf(asked, kind) };
          yield { action: "open", principal, resource: RECORD, context };
        }
}

/** Answers by set: a refusal asks for them each time, and few differ. */
const known = new WeakMap<DecidingSet, Map<string, boolean>>();
const MOST_KNOWN = 5_000;

function findOpening(asked: Ordinary, set: DecidingSet): boolean {
  for (const question of questionsOf(asked, set)) if (set.ask(question).isAllowed) return true;
  return false;
}

/** Returns whether the policies open any of this at such a moment. */
export function everOpens(asked: Ordinary, set: DecidingSet): boolean {
  const answers = known.get(set) ?? new Map<string, boolean>();
  known.set(set, answers);
  const key = JSON.stringify(asked);
  const answer = answers.get(key) ?? findOpening(asked, set);
  if (answers.size >= MOST_KNOWN) answers.clear();
  answers.set(key, answer);
  return answer;
}
