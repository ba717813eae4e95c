import { type PreparedSet, preparePolicySet } from "@/lib/access/policy/engine";

// Times and ages at which two sets are compared: one on each side of every number that their policies compare with. Between
// two such numbers every answer is the same, so that no other time has to be tried. Where no policy that only one set has is
// satisfied, both sets give the same answer.

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

/** Two sets, and what their policies read of an opening. */
export interface Compared {
  readonly base: PreparedSet;
  readonly candidate: PreparedSet;
  /** The policies whose text only one of them has. */
  readonly changed: PreparedSet;
  /** Whether a policy of either set has this word of the schema. */
  readonly reads: (attribute: string) => boolean;
  /** Numbers that a policy of either set compares with this attribute. */
  readonly bounds: (attribute: string) => readonly number[];
}

const ORDINARY_WEEKDAY = 3;
const ORDINARY_MINUTE = 720;
const ORDINARY: Instant = {
  ...{ weekday: ORDINARY_WEEKDAY, minute: ORDINARY_MINUTE, isHoliday: false, isOpen: false },
  ...{ hasOverride: false, factorMinutes: 0, day: 0 },
};

/** Returns the policies of the other set whose text this set does not have. */
function missingIn(set: PreparedSet, other: PreparedSet) {
  const known = new Set(set.document.policies.map(({ text }) => text));
  return other.document.policies.filter(({ text }) => !known.has(text));
}

/** Returns two sets with what they read together. */
export function comparedSets(base: PreparedSet, candidate: PreparedSet): Compared {
  const changed = [...missingIn(candidate, base), ...missingIn(base, candidate)];
  return {
    base,
    candidate,
    changed: preparePolicySet({
      ...candidate.document,
      policies: changed.map((policy, at) => ({ ...policy, id: `changed-${at}` })),
    }),
    // A match inside a longer word counts too. Then more is compared, never less.
    reads: (attribute) => [base, candidate].some(({ parsed }) => parsed.includes(attribute)),
    bounds: (attribute) => [...new Set([...base.boundsOf(attribute), ...candidate.boundsOf(attribute)])],
  };
}

/** Returns the ordinary value first, then the values around each number that the sets compare with it. */
function around(
  compared: Compared,
  attribute: string,
  ordinary: number,
  least: number,
  most: number,
): number[] {
  if (!compared.reads(attribute)) return [ordinary];
  const near = compared.bounds(attribute).flatMap((bound) => [bound - 1, bound, bound + 1]);
  const within = [least, ...near].filter((value) => value >= least && value <= most).sort((a, b) => a - b);
  return [...new Set([ordinary, ...within])];
}

function truths(compared: Compared, attribute: string): boolean[] {
  return compared.reads(attribute) ? [false, true] : [false];
}

/** One part of a time, with the values at which the sets can differ. */
type Part = readonly [name: keyof Instant, values: readonly (number | boolean)[]];

function partsOf(compared: Compared, today: number): readonly Part[] {
  return [
    ["hasOverride", truths(compared, "hasOverride")],
    ["isHoliday", truths(compared, "isHoliday")],
    ["isOpen", truths(compared, "isOpen").toReversed()],
    ["day", around(compared, "day", today, today, 99_991_231)],
    ["factorMinutes", around(compared, "factorMinutes", 0, 0, 10_000_000)],
    ["weekday", compared.reads("weekday") ? [ORDINARY_WEEKDAY, 1, 2, 4, 5, 6, 7] : [ORDINARY_WEEKDAY]],
    ["minute", around(compared, "minute", ORDINARY_MINUTE, 0, 1_439)],
  ];
}

/** Returns this time with every combination of the parts' values. */
function variants(time: Instant, parts: readonly Part[]): Instant[] {
  return parts.reduce<Instant[]>(
    (found, [name, values]) => found.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [time],
  );
}

/**
 * Returns an upper bound of the pairs of a time (`stretchesOf`) and an age (`agesOf`). It is computed before any pair is
 * made, because sets that name hundreds of minutes, days and factors have more pairs than fit in memory.
 */
export function countCases(compared: Compared, today: number): number {
  return partsOf(compared, today).reduce(
    (product, [, { length }]) => product * length,
    startsOf(compared).length,
  );
}

/**
 * Returns the times at which the sets can differ, the ordinary one first, in stretches that differ in nothing that a changed
 * policy reads: it is satisfied at all times of a stretch or at none. `today` is the date as a number.
 */
export function stretchesOf(compared: Compared, today: number): Instant[][] {
  const parts = partsOf(compared, today);
  const isRead = ([name]: Part): boolean => compared.changed.parsed.includes(name);
  const others = parts.filter((part) => !isRead(part));
  return variants(ORDINARY, parts.filter(isRead)).map((time) => variants(time, others));
}

/** Returns the UTC date as a number, as policies compare it, such as 20261129. */
export function dayOf(now: Date): number {
  return Number(now.toISOString().slice(0, 10).replaceAll("-", ""));
}

/** Age of a record, its retention class, and whether it is kept. */
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

/** Returns the first age of each stretch that the sets decide alike. */
function startsOf(compared: Compared): number[] {
  const bounds = [...compared.bounds("ageDays")].sort((a, b) => a - b);
  const starts = new Set([0, ...bounds.flatMap((bound) => [bound, bound + 1])]);
  return [...starts].filter((age) => age >= 0);
}

/** Returns one age for each stretch of ages that the sets decide alike and that these records reach. */
export function agesOf(compared: Compared, ranges: readonly AgeRange[]): RecordAge[] {
  const starts = startsOf(compared);
  const seen = new Map<string, RecordAge>();
  for (const { youngest, oldest, retentionClass, isKept } of ranges) {
    for (const [at, start] of starts.entries()) {
      const next = starts[at + 1] ?? Number.POSITIVE_INFINITY;
      if (oldest < start || youngest >= next) continue;
      const age = { ageDays: start, retentionClass, isKept };
      seen.set(JSON.stringify(age), age);
    }
  }
  return [...seen.values()];
}
