import { useLocale } from "next-intl";
import { useId } from "react";
import { Hatch } from "@/components/chart/stacked-days";
import { formatCount } from "@/lib/format";

const LOOKS = {
  fresh: "fill-accent-wash stroke-accent",
  middle: "fill-accent stroke-accent",
  old: "stroke-accent",
  late: "fill-oxblood stroke-oxblood",
} as const;

export type SquareLook = keyof typeof LOOKS;

export interface SquareRow {
  readonly key: string;
  readonly name: string;
  readonly counts: Readonly<Record<SquareLook, number>>;
}

const ORDER = ["fresh", "middle", "old", "late"] as const;
const [WIDTH, GAP, HEIGHT] = [22, 4, 16];
/** Above this number a row has one bar for each age instead of squares. */
const MOST = 16;

interface Drawn {
  readonly key: string;
  readonly look: SquareLook;
  readonly x: number;
  readonly width: number;
}

/**
 * Returns one square for each object, up to `MOST`. For more it returns one bar for each age, as long as the share of
 * objects of this age.
 */
export function squaresOf(counts: SquareRow["counts"]): Drawn[] {
  const total = ORDER.reduce((sum, look) => sum + counts[look], 0);
  const full = MOST * (WIDTH + GAP);
  let x = 0;
  return ORDER.flatMap((look): Drawn[] => {
    const count = counts[look];
    if (count === 0) return [];
    if (total > MOST) {
      const width = (count / total) * full - GAP;
      x += width + GAP;
      return [{ key: look, look, x: x - width - GAP, width: Math.max(3, width) }];
    }
    return Array.from({ length: count }, (_, index): Drawn => {
      const at = x;
      x += WIDTH + GAP;
      return { key: `${look} ${index}`, look, x: at, width: WIDTH };
    });
  });
}

function Square({ drawn: { look, x, width }, hatch }: { drawn: Drawn; hatch: string }) {
  return (
    <rect
      x={x + 0.5}
      y={0.5}
      width={width - 1}
      height={HEIGHT - 1}
      className={LOOKS[look]}
      {...(look === "old" ? { fill: `url(#${hatch})` } : {})}
    />
  );
}

/** Things by state and age: one square for each, with their number. */
export function SquareRows({
  label,
  rows,
  legend,
}: {
  label: string;
  rows: readonly SquareRow[];
  legend: Readonly<Record<SquareLook, string>>;
}) {
  const hatch = useId();
  const locale = useLocale();
  return (
    <div className="pt-2 text-control">
      <div role="img" aria-label={label}>
        <svg width="0" height="0" aria-hidden="true" className="absolute">
          <defs>
            <Hatch id={hatch} />
          </defs>
        </svg>
        {rows.map(({ key, name, counts }) => {
          const squares = squaresOf(counts);
          const last = squares.at(-1);
          return (
            <div key={key} aria-hidden="true" className="flex min-h-[28px] items-center gap-3 py-1">
              <span className="w-[130px] shrink-0 tablet:w-[190px]">{name}</span>
              <svg
                width={last === undefined ? 0 : last.x + last.width}
                height={HEIGHT}
                viewBox={`0 0 ${last === undefined ? 0 : last.x + last.width} ${HEIGHT}`}
                preserveAspectRatio="none"
                className="min-w-0 max-w-full"
                aria-hidden="true"
              >
                {squares.map((drawn) => (
                  <Square key={drawn.key} drawn={drawn} hatch={hatch} />
                ))}
              </svg>
              <span className="text-ink-2">
                {formatCount(
                  ORDER.reduce((sum, look) => sum + counts[look], 0),
                  locale,
                )}
              </span>
            </div>
          );
        })}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
        {ORDER.map((look) => (
          <li key={look} className="flex items-center gap-2">
            <svg width="11" height="11" aria-hidden="true">
              <rect
                x="0.5"
                y="0.5"
                width="10"
                height="10"
                className={LOOKS[look]}
                {...(look === "old" ? { fill: `url(#${hatch})` } : {})}
              />
            </svg>
            {legend[look]}
            <span className="font-medium">
              {formatCount(
                rows.reduce((sum, { counts }) => sum + counts[look], 0),
                locale,
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
