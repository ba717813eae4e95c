import type { DecidingSet, OpenQuestion, PolicyPrincipal } from "@/lib/context/policies";
import { GroupName, type InstrumentKind, Purpose } from "@/lib/vocabulary";

// What a role is for: the answers of the policies at an ordinary hour of an ordinary day, for a new record, with an
// identity proved just now. Pages show it, and a refusal says by it whether a purpose is closed or only this moment is.

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

function* questionsOf(asked: Ordinary): Generator<OpenQuestion> {
  const { principal, isParty } = asked;
  for (const purpose of asked.purposes ?? Purpose.options)
    for (const kind of new Set(asked.kinds ?? (["request"] as const)))
      for (const group of asked.groups ?? GroupName.options)
        for (const level of asked.levels ?? (["full", "masked"] as const)) {
          const moment = { day: 0, factorMinutes: 0, hasOverride: false, office: OFFICE };
          const context = { purpose, group, level, isParty, ...moment, ...basisOf(asked, kind) };
          yield { action: "open", principal, resource: RECORD, context };
        }
}

/** Answers by set: a refusal asks for them each time, and few differ. */
const known = new WeakMap<DecidingSet, Map<string, boolean>>();
const MOST_KNOWN = 5_000;

function findOpening(asked: Ordinary, set: DecidingSet): boolean {
  for (const question of questionsOf(asked)) if (set.ask(question).isAllowed) return true;
  return false;
}

/** Returns whether the policies open any of this at an ordinary moment. */
export function everOpens(asked: Ordinary, set: DecidingSet): boolean {
  const answers = known.get(set) ?? new Map<string, boolean>();
  known.set(set, answers);
  const key = JSON.stringify(asked);
  const answer = answers.get(key) ?? findOpening(asked, set);
  if (answers.size >= MOST_KNOWN) answers.clear();
  answers.set(key, answer);
  return answer;
}
