import type { PreparedSet } from "@/lib/access/policy/engine";

// Times and ages at which two sets are compared: one on each side of every number that their policies compare with. Between
// two such numbers every answer is the same, so that no other time has to be tried.

/** A time of an opening, as policies see it. */
export interface Instant {
  readonly weekday: number;
  readonly minute: number;
  readonly isHoliday: boolean;
  /** Whether the organisation's own hours are open; false where it has none. */
  readonly isOpen: boolean;
  readonly hasOverride: boolean;
  readonly factorMinutes: number;
  readonly day: number;
}

/** What two sets read of an opening. */
export interface Compared {
  readonly base: PreparedSet;
  readonly candidate: PreparedSet;
  /** Whether a policy of either set has this word of the schema. */
  readonly reads: (attribute: string) => boolean;
  /** Numbers that a policy of either set compares with this attribute. */
  readonly bounds: (attribute: string) => readonly number[];
}

const ORDINARY_WEEKDAY = 3;
const ORDINARY_MINUTE = 720;

/** Returns two sets with what they read together. */
export function comparedSets(base: PreparedSet, candidate: PreparedSet): Compared {
  const texts = [base, candidate].flatMap(({ document }) => document.policies.map(({ text }) => text));
  return {
    base,
    candidate,
    // A word in a text or comment counts too: more is compared then, never less.
    reads: (attribute) => texts.some((text) => text.includes(attribute)),
    bounds: (attribute) => [
      ...new Set([...base.boundsOf(attribute), ...candidate.boundsOf(attribute)]),
    ],
  };
}

/** Returns the ordinary value first, then the values around each number that the sets compare with it. */
function around(compared: Compared, attribute: string, ordinary: number, least: number, most: number): number[] {
  if (!compared.reads(attribute)) return [ordinary];
  const near = compared.bounds(attribute).flatMap((bound) => [bound - 1, bound, bound + 1]);
  const within = [least, ...near].filter((value) => value >= least && value <= most).sort((a, b) => a - b);
  return [...new Set([ordinary, ...within])];
}

function truths(compared: Compared, attribute: string): boolean[] {
  return compared.reads(attribute) ? [false, true] : [false];
}

/** Returns the times at which the sets can differ, the ordinary one first. `today` is the date as a number. */
export function instantsOf(compared: Compared, today: number): Instant[] {
  const weekdays = compared.reads("weekday") ? [ORDINARY_WEEKDAY, 1, 2, 4, 5, 6, 7] : [ORDINARY_WEEKDAY];
  const minutes = around(compared, "minute", ORDINARY_MINUTE, 0, 1_439);
  const days = around(compared, "day", today, today, 99_991_231);
  const factors = around(compared, "factorMinutes", 0, 0, 10_000_000);
  const found: Instant[] = [];
  for (const hasOverride of truths(compared, "hasOverride"))
    for (const isHoliday of truths(compared, "isHoliday"))
      for (const isOpen of truths(compared, "isOpen").toReversed())
        for (const day of days)
          for (const factorMinutes of factors)
            for (const weekday of weekdays)
              for (const minute of minutes)
                found.push({ weekday, minute, isHoliday, isOpen, hasOverride, factorMinutes, day });
  return found;
}

/** Ages of the records that a grant or party can open, with what keeps them. */
export interface RecordAge {
  readonly ageDays: number;
  readonly retentionClass: string;
  readonly isKept: boolean;
}

/** Records between two ages, both included. */
export interface AgeRange extends Omit<RecordAge, "ageDays"> {
  readonly youngest: number;
  readonly oldest: number;
}

/** Returns the ages of these records at which the sets can differ. */
export function agesOf(compared: Compared, ranges: readonly AgeRange[]): RecordAge[] {
  return ranges.flatMap(({ youngest, oldest, ...kept }) =>
    around(compared, "ageDays", youngest, youngest, oldest).map((ageDays) => ({ ageDays, ...kept })),
  );
}
