import { useLocale } from "next-intl";
import type { ReactNode } from "react";
import {
  lanesOf,
  placeOf,
  type Scale,
  type Span,
  scaleOf,
  ticksOf,
  withWords,
  wordsAt,
} from "@/components/chart/ruler-scale";
import { formatTime } from "@/lib/format";

const LOOKS = {
  outline: "border border-edge bg-paper",
  wash: "border border-accent bg-accent-wash",
  fill: "border border-accent bg-accent",
  hatched: "hatched border-line-2",
  denied: "border border-oxblood bg-paper",
} as const;

const WORDS = { outline: "", wash: "", fill: "text-on-accent", hatched: "", denied: "text-oxblood" } as const;

export type BarLook = keyof typeof LOOKS;

export interface Bar extends Span {
  readonly key: string;
  readonly look: BarLook;
  readonly label: ReactNode;
}

export interface RulerRow {
  readonly key: string;
  readonly name: string;
  readonly bars: readonly Bar[];
  /** Single instants, drawn as strokes. */
  readonly marks?: readonly { readonly key: string; readonly at: number }[];
  /** Words after the last stroke. */
  readonly note?: ReactNode;
}

const LANE = 26;
/** Smallest width of a bar, in pixels. A wash is hardly visible at this width, so a thin bar is filled instead. */
const THINNEST = 6;

function BarAt({ bar, lane, scale }: { bar: Bar; lane: number; scale: Scale }) {
  const [start, end] = [placeOf(scale, bar.from), placeOf(scale, bar.to)];
  const at = wordsAt(start, end);
  const isThin = end - start < 2;
  const top = lane * LANE + 4;
  const place =
    at === "before"
      ? { right: `${100 - start}%`, top }
      : { left: `${at === "inside" ? start : end}%`, ...(isThin ? { paddingLeft: THINNEST + 8 } : {}), top };
  return (
    <>
      <div
        className={`absolute h-[18px] ${LOOKS[isThin && bar.look === "wash" ? "fill" : bar.look]}`}
        style={{ left: `${start}%`, width: `${end - start}%`, minWidth: THINNEST, top }}
      />
      <div
        className={`absolute px-2 text-note leading-[18px] whitespace-nowrap ${at === "inside" ? WORDS[bar.look] : ""}`}
        style={place}
      >
        <span className={bar.look === "hatched" && at === "inside" ? "bg-paper px-1" : ""}>{bar.label}</span>
      </div>
    </>
  );
}

function Marks({ row, scale }: { row: RulerRow; scale: Scale }) {
  const { marks = [], note } = row;
  const last = marks.at(-1);
  if (last === undefined) return null;
  const at = placeOf(scale, last.at);
  const place = at <= 60 ? { left: `${at}%` } : { right: `${100 - at}%` };
  return (
    <>
      {marks.map(({ key, at: instant }) => (
        <div
          key={key}
          className="absolute top-1 h-[18px] w-[3px] bg-accent"
          style={{ left: `${placeOf(scale, instant)}%` }}
        />
      ))}
      <div className="absolute top-1 px-2 text-note leading-[18px] whitespace-nowrap" style={place}>
        {note}
      </div>
    </>
  );
}

/**
 * Draws periods as bars and single instants as strokes, over one axis of days with a line for now. A screen reader gets
 * only the label, because the page has the same data as a table.
 */
export function Ruler({ label, rows, nowMs, now }: RulerProps) {
  const locale = useLocale();
  const instants = rows.flatMap(({ bars, marks = [], key }) => [
    // A hold may last far longer than the rest, so its end does not stretch the ruler.
    ...bars.flatMap(({ from, to }) => (key === "holds" ? [from] : [from, to])),
    ...marks.map(({ at }) => at),
  ]);
  const scale = scaleOf([...instants, nowMs]);
  const day = (at: number): string => formatTime(new Date(at), { timeZone: "UTC", locale, form: "day" });
  return (
    <div role="img" aria-label={label} className="relative overflow-hidden pt-6 pb-6 pl-[112px] text-control">
      <div aria-hidden="true" className="absolute inset-y-0 right-0 left-[112px]">
        {ticksOf(scale).map((tick) => (
          <div
            key={tick}
            className="absolute top-0 bottom-6 border-line border-l"
            style={{ left: `${placeOf(scale, tick)}%` }}
          >
            {/* Near the right edge the day is left of its line, so that it is not cut off. */}
            <span
              className={`text-ink-3 text-note whitespace-nowrap ${placeOf(scale, tick) > 90 ? "absolute right-0 pr-1" : "pl-1"}`}
            >
              {day(tick).replace(/ \d{4}$/, "")}
            </span>
          </div>
        ))}
      </div>
      {/* The line of now is below the bars, so that it does not cross their words. */}
      <div aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-0 left-[112px]">
        <div
          className="absolute top-6 bottom-5 border-ink border-l-[1.5px]"
          style={{ left: `${placeOf(scale, nowMs)}%` }}
        />
        <span
          className="absolute bottom-0 -translate-x-1/2 text-note"
          style={{ left: `${placeOf(scale, nowMs)}%` }}
        >
          {now}
        </span>
      </div>
      <div aria-hidden="true" className="relative">
        {rows.map((row) => {
          const lanes = lanesOf(row.bars.map((bar) => withWords(bar, scale)));
          const height = (Math.max(0, ...lanes) + 1) * LANE;
          return (
            <div key={row.key} className="relative" style={{ height }}>
              <span className="absolute -left-[112px] leading-[26px]">{row.name}</span>
              {row.bars.map((bar, index) => (
                <BarAt key={bar.key} bar={bar} lane={lanes[index] ?? 0} scale={scale} />
              ))}
              <Marks row={row} scale={scale} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface RulerProps {
  readonly label: string;
  readonly rows: readonly RulerRow[];
  readonly nowMs: number;
  /** The word under the line of now. */
  readonly now: string;
}
