/** The positions of a ruler chart: instants on one line, in per cent of its width. */

const DAY_MS = 86_400_000;
/** Steps between ticks, in days. */
const STEPS = [1, 2, 7, 14, 30, 90, 180, 365, 730] as const;
const MOST_TICKS = 7;

export interface Scale {
  readonly from: number;
  readonly to: number;
}

/** Returns the scale of these instants, with a little room at both ends. It is at least one day long. */
export function scaleOf(instants: readonly number[]): Scale {
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  const length = Math.max(last - first, DAY_MS);
  return { from: first - length * 0.04, to: first + length * 1.04 };
}

/** Returns where an instant is, in per cent; at an end where it is outside. */
export function placeOf({ from, to }: Scale, at: number): number {
  return Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
}

/** Returns the beginnings of days in UTC that get a tick, at most seven. */
export function ticksOf({ from, to }: Scale): number[] {
  const days = (to - from) / DAY_MS;
  const step = STEPS.find((one) => days / one <= MOST_TICKS) ?? Math.ceil(days / MOST_TICKS);
  const first = Math.ceil(from / DAY_MS) * DAY_MS;
  const count = Math.floor((to - first) / (step * DAY_MS)) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step * DAY_MS);
}

/** Something that lasts, on a row of the ruler. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Returns the number of a row for each span, so that spans in one row do not overlap. */
export function lanesOf(spans: readonly Span[]): number[] {
  const ends: number[] = [];
  return spans.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    return lane;
  });
}

/** Room for the words next to a bar, as a share of the ruler. */
const WORDS = 0.24;

/** Returns the span with its words, where these are not inside it. */
export function withWords({ from, to }: Span, scale: Scale): Span {
  const room = (scale.to - scale.from) * WORDS;
  const at = wordsAt(placeOf(scale, from), placeOf(scale, to));
  return { from: at === "before" ? from - room : from, to: at === "after" ? to + room : to };
}

/** Bars wider than this take their words inside. */
const WIDE = 34;

/** Returns where the words of a bar are: in it, after it where there is room, else before it. */
export function wordsAt(start: number, end: number): "inside" | "after" | "before" {
  if (end - start >= WIDE) return "inside";
  return end <= 60 ? "after" : "before";
}
