/** Withholds small figures so that published ones do not reveal them (ADR 0040). Pure. */

/** Smaller numbers are withheld, including 0. */
export const SMALLEST = 5;
const MOST_HIDDEN = SMALLEST - 1;

export const OUTCOMES = ["granted", "narrowed", "denied", "withdrawn", "lapsed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The counts of a quarter under one kind of instrument. */
export interface Counted {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly overdue: number;
  readonly disclosures: number;
}

/** A number, or its bounds given the other published figures; `to` is absent if it has no upper bound. */
export interface Figure {
  readonly value?: number;
  readonly from?: number;
  readonly to?: number;
}

export interface ShownRow {
  readonly outcomes: Readonly<Record<Outcome, Figure>>;
  readonly answered: Figure;
  readonly overdue: Figure;
  readonly disclosures: Figure;
}

const HIDDEN: Figure = { from: 0, to: MOST_HIDDEN };
/** A withheld figure without an upper bound. It says only that the value is not negative. */
const UNSAID: Figure = { from: 0 };

const cell = (count: number): Figure => (count < SMALLEST ? HIDDEN : { value: count });
const isShown = ({ value }: Figure): boolean => value !== undefined;

/** Returns bounds of a sum that follow from its parts, so they reveal no more than the parts do. */
export function boundsOfSum(parts: readonly Figure[]): Figure {
  if (parts.every(isShown)) return { value: parts.reduce((sum, { value = 0 }) => sum + value, 0) };
  const from = parts.reduce((sum, part) => sum + (part.value ?? part.from ?? 0), 0);
  if (parts.some((part) => part.value === undefined && part.to === undefined)) return { from };
  return { from, to: parts.reduce((sum, part) => sum + (part.value ?? part.to ?? 0), 0) };
}

/**
 * Returns the sum of a row. With `k` withheld cells that add up to `rest`, each of them can be anything from 0 to 4
 * exactly if 4 ≤ rest ≤ 4(k − 1); only then is the sum published. Otherwise its bounds are published. A withheld sum
 * also leaves every value possible: rest may be 0 to 3, from one cell alone, or all cells may be 4.
 */
function rowTotal(counts: readonly number[], shown: readonly Figure[]): Figure {
  const hidden = counts.filter((count) => count < SMALLEST);
  const bounds = boundsOfSum(shown);
  if (hidden.length === 0) return bounds;
  const rest = hidden.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const isSafe = rest >= MOST_HIDDEN && rest <= MOST_HIDDEN * (hidden.length - 1) && total >= SMALLEST;
  return isSafe ? { value: total } : bounds;
}

/**
 * Returns the row of one kind of instrument. Openings are published only with published grants, which explain them, and
 * overdue answers only with a published sum. Otherwise they would show that a withheld figure is not 0.
 */
export function showRow({ outcomes, overdue, disclosures }: Counted): ShownRow {
  const counts = OUTCOMES.map((outcome) => outcomes[outcome]);
  const shown = counts.map(cell);
  const of = (outcome: Outcome): Figure => shown[OUTCOMES.indexOf(outcome)] ?? HIDDEN;
  const answered = rowTotal(counts, shown);
  const isGranting = isShown(of("granted")) || isShown(of("narrowed"));
  return {
    outcomes: {
      granted: of("granted"),
      narrowed: of("narrowed"),
      denied: of("denied"),
      withdrawn: of("withdrawn"),
      lapsed: of("lapsed"),
    },
    answered,
    overdue: isShown(answered) && overdue >= SMALLEST ? { value: overdue } : UNSAID,
    disclosures: isGranting && disclosures >= SMALLEST ? { value: disclosures } : UNSAID,
  };
}

/** Returns the sums over all kinds, computed only from the published rows. */
export function showSums(rows: readonly ShownRow[]): ShownRow {
  const sum = (of: (row: ShownRow) => Figure): Figure => boundsOfSum(rows.map(of));
  return {
    outcomes: {
      granted: sum(({ outcomes }) => outcomes.granted),
      narrowed: sum(({ outcomes }) => outcomes.narrowed),
      denied: sum(({ outcomes }) => outcomes.denied),
      withdrawn: sum(({ outcomes }) => outcomes.withdrawn),
      lapsed: sum(({ outcomes }) => outcomes.lapsed),
    },
    answered: sum(({ answered }) => answered),
    overdue: sum(({ overdue }) => overdue),
    disclosures: sum(({ disclosures }) => disclosures),
  };
}

/** Returns a single figure, published or withheld. */
export const tellAlone = cell;
