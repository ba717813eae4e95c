import type { PreparedSet } from "@/lib/access/policy/engine";
import type { OpenQuestion, PolicyPrincipal } from "@/lib/context/policies";
import { Turns } from "@/lib/policies/turns";
import type { GroupName } from "@/lib/vocabulary";
import type { Compared, Instant, RecordAge } from "./instants";
import type { Change, Seen } from "./schema";

/** One person with one grant, or one party by right: what they can ask for. */
export interface Cell {
  readonly principal: PolicyPrincipal;
  readonly purpose: string;
  readonly groups: readonly GroupName[];
  /** Levels that grant and floor allow, the highest first. A party's own record opens in full or not at all. */
  readonly levels: readonly ("masked" | "full")[];
  readonly ages: readonly RecordAge[];
  /** The organisation has hours of its own. */
  readonly setsHours: boolean;
  readonly grant?: OpenQuestion["context"]["grant"];
  readonly authority?: OpenQuestion["context"]["authority"];
}

/** How one group changes, at the first time and age at which it does. */
export type GroupChange = Pick<Change, "group" | "before" | "after" | "policies" | "in_part" | "when">;

/** What a cell loses and gains. A group can be in both: some hours less and others more. */
export interface CellChange {
  readonly losses: readonly GroupChange[];
  readonly gains: readonly GroupChange[];
}

type Stretches = readonly (readonly Instant[])[];

const RANK: Readonly<Record<Seen, number>> = { none: 0, masked: 1, full: 2 };

interface Answer {
  readonly seen: Seen;
  readonly policies: readonly string[];
}

/** Returns the highest level that a set allows, and the policies that decide it. */
function answerOf(set: PreparedSet, question: OpenQuestion, levels: Cell["levels"]): Answer {
  let refused: readonly string[] = [];
  for (const level of levels) {
    const context = { ...question.context, level };
    const { isAllowed, policies } = set.ask({ ...question, context });
    if (isAllowed) return { seen: level, policies };
    refused = policies;
  }
  return { seen: "none", policies: refused };
}

function questionOf(cell: Cell, group: GroupName, at: Instant, age: RecordAge): OpenQuestion {
  const { weekday, minute, isHoliday, isOpen, ...rest } = at;
  const { grant, authority, setsHours } = cell;
  return {
    action: "open",
    principal: cell.principal,
    resource: age,
    context: {
      ...{ purpose: cell.purpose, group, level: "full", isParty: grant === undefined, ...rest },
      office: { setsHours, isOpen: setsHours && isOpen, weekday, minute, isHoliday },
      ...(grant === undefined ? {} : { grant }),
      ...(authority === undefined ? {} : { authority }),
    },
  };
}

/** Returns the policies that make the difference: those that decide after it, else those that decided before. */
function responsible(before: Answer, after: Answer): string[] {
  if (RANK[after.seen] > RANK[before.seen]) return [...after.policies];
  return [...(after.seen === "none" && after.policies.length > 0 ? after.policies : before.policies)];
}

interface Found {
  loss: GroupChange | undefined;
  gain: GroupChange | undefined;
  losing: number;
  gaining: number;
  compared: number;
}

function note(
  found: Found,
  group: GroupName,
  [before, after]: readonly [Answer, Answer],
  at: Instant,
  age: RecordAge,
) {
  found.compared += 1;
  const step = RANK[after.seen] - RANK[before.seen];
  if (step === 0) return;
  if (step < 0) found.losing += 1;
  else found.gaining += 1;
  if ((step < 0 ? found.loss : found.gain) !== undefined) return;
  const { weekday, minute, isHoliday, hasOverride } = at;
  const change: GroupChange = {
    ...{ group, before: before.seen, after: after.seen, policies: responsible(before, after), in_part: true },
    when: { weekday, minute, is_holiday: isHoliday, has_override: hasOverride, age_days: age.ageDays },
  };
  if (step < 0) found.loss = change;
  else found.gain = change;
}

/** Returns the times that differ for this cell: an organisation without hours of its own has no open ones. */
function distinct(stretches: Stretches, { setsHours }: Cell): Stretches {
  return setsHours ? stretches : stretches.map((times) => times.filter(({ isOpen }) => !isOpen));
}

/** Whether a changed policy is satisfied or cannot be evaluated. If not, both sets have the same answer. */
function canDiffer(changed: PreparedSet, question: OpenQuestion, levels: Cell["levels"]): boolean {
  return levels.some((level) => {
    const { policies, isBroken } = changed.ask({ ...question, context: { ...question.context, level } });
    return isBroken || policies.length > 0;
  });
}

/**
 * Compares two sets for one cell at all times and ages that can differ, those of one stretch (`stretchesOf`) together. Other
 * work gets its turn meanwhile.
 */
export async function compareCell(
  { base, candidate, changed }: Compared,
  cell: Cell,
  stretches: Stretches,
): Promise<CellChange> {
  const [losses, gains]: [GroupChange[], GroupChange[]] = [[], []];
  const own = distinct(stretches, cell);
  const turns = new Turns();
  const compare = async (found: Found, group: GroupName, age: RecordAge, times: readonly Instant[]) => {
    const [first] = times;
    if (first === undefined || !canDiffer(changed, questionOf(cell, group, first, age), cell.levels)) {
      found.compared += times.length;
      return;
    }
    for (const at of times) {
      if (turns.isOver) await turns.give();
      const question = questionOf(cell, group, at, age);
      const before = answerOf(base, question, cell.levels);
      note(found, group, [before, answerOf(candidate, question, cell.levels)], at, age);
    }
  };
  for (const group of cell.groups) {
    const found: Found = { loss: undefined, gain: undefined, losing: 0, gaining: 0, compared: 0 };
    for (const age of cell.ages)
      for (const times of own) {
        if (turns.isOver) await turns.give();
        await compare(found, group, age, times);
      }
    const { loss, gain, compared } = found;
    if (loss !== undefined) losses.push({ ...loss, in_part: found.losing < compared });
    if (gain !== undefined) gains.push({ ...gain, in_part: found.gaining < compared });
  }
  return { losses, gains };
}
