import { useLocale } from "next-intl";
import { useId } from "react";
import { formatCount, formatTime } from "@/lib/format";

/** Classes of each fill. `hatched` has none, because it uses a pattern. */
const FILLS = {
  accent: "fill-accent",
  hatched: "",
  wash: "fill-accent-wash stroke-accent",
  ink: "fill-ink-3",
  amber: "fill-amber",
} as const;

export type Fill = keyof typeof FILLS;

export interface Series {
  readonly key: string;
  readonly name: string;
  readonly fill: Fill;
}

export interface StackedDay {
  /** As YYYY-MM-DD, in UTC. */
  readonly day: string;
  /** By key of the series. */
  readonly counts: Readonly<Record<string, number>>;
}

const HEIGHT = 132;
const RIGHT = 40;
/** Share of a day's width that its bar fills. */
const BAR = 0.72;

/** Returns a round number that is at least this large, for the top of the scale. */
export function topOf(largest: number): number {
  if (largest <= 4) return 4;
  const unit = 10 ** Math.floor(Math.log10(largest));
  const step = [1, 2, 4, 5, 8, 10].find((one) => one * unit >= largest) ?? 10;
  return step * unit;
}

/** The pattern of a hatched bar. */
export function Hatch({ id }: { id: string }) {
  return (
    <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(25)">
      <rect width="5" height="5" className="fill-paper" />
      <rect width="2.4" height="5" className="fill-accent" />
    </pattern>
  );
}

function totalOf({ counts }: StackedDay): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

interface Stack {
  readonly day: StackedDay;
  readonly index: number;
  readonly all: number;
  readonly top: number;
}

function DayBar({
  day,
  index,
  all,
  top,
  series,
  hatch,
}: Stack & { series: readonly Series[]; hatch: string }) {
  const place = 100 / all;
  let below = 0;
  return series.map(({ key, fill }) => {
    const count = day.counts[key] ?? 0;
    if (count === 0) return null;
    const height = (count / top) * HEIGHT;
    below += height;
    return (
      <rect
        key={key}
        x={`${index * place + (place * (1 - BAR)) / 2}%`}
        width={`${place * BAR}%`}
        y={HEIGHT - below}
        height={Math.max(height - 1, 1)}
        className={FILLS[fill]}
        {...(fill === "hatched" ? { fill: `url(#${hatch})` } : {})}
      />
    );
  });
}

function Legend({
  series,
  days,
  hatch,
}: {
  series: readonly Series[];
  days: readonly StackedDay[];
  hatch: string;
}) {
  const locale = useLocale();
  const sumOf = (key: string): number => days.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0);
  return (
    <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-control">
      {series
        .filter(({ key }) => sumOf(key) > 0)
        .map(({ key, name, fill }) => (
          <li key={key} className="flex items-center gap-2">
            <svg width="11" height="11" aria-hidden="true">
              <rect
                width="11"
                height="11"
                className={FILLS[fill]}
                {...(fill === "hatched" ? { fill: `url(#${hatch})` } : {})}
              />
            </svg>
            {name} <span className="font-medium">{formatCount(sumOf(key), locale)}</span>
          </li>
        ))}
    </ul>
  );
}

/** Draws counts by day, stacked by series, with a legend. */
export function StackedDays({
  label,
  days,
  series,
}: {
  label: string;
  days: readonly StackedDay[];
  series: readonly Series[];
}) {
  const locale = useLocale();
  const hatch = useId();
  const top = topOf(Math.max(1, ...days.map(totalOf)));
  const shown = [0, Math.floor((days.length - 1) / 2), days.length - 1];
  const dayOf = (at: number): string =>
    formatTime(new Date(`${days[at]?.day}T00:00:00Z`), { timeZone: "UTC", locale, form: "day" }).replace(
      / \d{4}$/,
      "",
    );
  return (
    <div className="pt-3">
      <div role="img" aria-label={label} className="flex">
        <svg width="100%" height={HEIGHT + 2} className="overflow-visible" aria-hidden="true">
          <defs>
            <Hatch id={hatch} />
          </defs>
          {[0.5, 1].map((part) => (
            <line
              key={part}
              x1="0"
              x2="100%"
              y1={HEIGHT * (1 - part)}
              y2={HEIGHT * (1 - part)}
              className="stroke-line"
            />
          ))}
          {days.map((day, index) => (
            <DayBar key={day.day} {...{ day, index, top, series, hatch }} all={days.length} />
          ))}
          <line x1="0" x2="100%" y1={HEIGHT} y2={HEIGHT} className="stroke-line-2" />
        </svg>
        <div aria-hidden="true" className="relative text-ink-3 text-note" style={{ width: RIGHT }}>
          {[0.5, 1].map((part) => (
            <span
              key={part}
              className="absolute right-0 -translate-y-1/2"
              style={{ top: HEIGHT * (1 - part) }}
            >
              {formatCount(top * part, locale)}
            </span>
          ))}
        </div>
      </div>
      <div aria-hidden="true" className="flex justify-between pr-10 text-ink-3 text-note">
        {days.length === 0 ? null : [...new Set(shown)].map((at) => <span key={at}>{dayOf(at)}</span>)}
      </div>
      <Legend series={series} days={days} hatch={hatch} />
    </div>
  );
}
