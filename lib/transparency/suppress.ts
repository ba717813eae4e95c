/** Withholding small figures, so that no published one leads back to them (ADR 0040). Pure. */

/** Fewer than this are not told, nought included. */
export const SMALLEST = 5;
const MOST_HIDDEN = SMALLEST - 1;

export const OUTCOMES = ["granted", "narrowed", "denied", "withdrawn", "lapsed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What happened in a quarter under one kind of instrument. */
export interface Counted {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly overdue: number;
  readonly disclosures: number;
}

/** A number, or between which bounds it lies by what else is told; `to` is absent where nothing bounds it. */
export interface Figure {
  readonly value?: number;
  readonly from?: number;
  readonly to?: number;
}

export interface ToldRow {
  readonly outcomes: Readonly<Record<Outcome, Figure>>;
  readonly answered: Figure;
  readonly overdue: Figure;
  readonly disclosures: Figure;
}

const HIDDEN: Figure = { from: 0, to: MOST_HIDDEN };
/** Told as nothing at all, whatever it is. */
const UNSAID: Figure = { from: 0 };

const cell = (count: number): Figure => (count < SMALLEST ? HIDDEN : { value: count });
const isTold = ({ value }: Figure): boolean => value !== undefined;

/** Bounds of a sum that follow from its parts: they tell nothing that the parts do not. */
export function boundsOfSum(parts: readonly Figure[]): Figure {
  if (parts.every(isTold)) return { value: parts.reduce((sum, { value = 0 }) => sum + value, 0) };
  const from = parts.reduce((sum, part) => sum + (part.value ?? part.from ?? 0), 0);
  if (parts.some((part) => part.value === undefined && part.to === undefined)) return { from };
  return { from, to: parts.reduce((sum, part) => sum + (part.value ?? part.to ?? 0), 0) };
}

/**
 * The sum of a row. With `k` cells withheld that make up `rest`, each of them can still be anything from 0 to 4 exactly when
 * 4 ≤ rest ≤ 4(k − 1); only then the sum is told. Otherwise its bounds are, and that it was not told leaves every value too:
 * rest may be 0 to 3, by one cell alone, or all cells may be 4.
 */
function rowTotal(counts: readonly number[], told: readonly Figure[]): Figure {
  const hidden = counts.filter((count) => count < SMALLEST);
  const bounds = boundsOfSum(told);
  if (hidden.length === 0) return bounds;
  const rest = hidden.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const isSafe = rest >= MOST_HIDDEN && rest <= MOST_HIDDEN * (hidden.length - 1) && total >= SMALLEST;
  return isSafe ? { value: total } : bounds;
}

/**
 * One kind of instrument. Openings are told only beside grants that are told, which explain them, and overdue answers
 * only beside a told sum: else they would say that a withheld figure is not nought.
 */
export function tellRow({ outcomes, overdue, disclosures }: Counted): ToldRow {
  const counts = OUTCOMES.map((outcome) => outcomes[outcome]);
  const told = counts.map(cell);
  const of = (outcome: Outcome): Figure => told[OUTCOMES.indexOf(outcome)] ?? HIDDEN;
  const answered = rowTotal(counts, told);
  const isGranting = isTold(of("granted")) || isTold(of("narrowed"));
  return {
    outcomes: {
      granted: of("granted"),
      narrowed: of("narrowed"),
      denied: of("denied"),
      withdrawn: of("withdrawn"),
      lapsed: of("lapsed"),
    },
    answered,
    overdue: isTold(answered) && overdue >= SMALLEST ? { value: overdue } : UNSAID,
    disclosures: isGranting && disclosures >= SMALLEST ? { value: disclosures } : UNSAID,
  };
}

/** The sums over all kinds, by nothing but what the rows tell. */
export function tellSums(rows: readonly ToldRow[]): ToldRow {
  const sum = (of: (row: ToldRow) => Figure): Figure => boundsOfSum(rows.map(of));
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

/** A figure that stands alone. */
export const tellAlone = cell;
