const HEIGHT = 40;

/** One line of figures over time, with no axis: the heading or the table names its highest point. */
export function SmallLine({ label, values }: { label: string; values: readonly number[] }) {
  const largest = Math.max(1, ...values);
  const last = Math.max(1, values.length - 1);
  const points = values.map((value, index) => [
    (index / last) * 100,
    HEIGHT - 2 - (value / largest) * (HEIGHT - 6),
  ]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      width="100%"
      height={HEIGHT}
      className="mt-2 border-line-2 border-b"
    >
      {points.length < 2 ? null : (
        <polyline
          points={points.map(([x, y]) => `${x},${y}`).join(" ")}
          fill="none"
          vectorEffect="non-scaling-stroke"
          strokeWidth="1.5"
          className="stroke-accent"
        />
      )}
    </svg>
  );
}

/** Draws days as strokes on a line, higher for a larger count. Days that are due or overdue are amber. */
export function DayStrokes({
  label,
  days,
  length,
}: {
  label: string;
  days: readonly { readonly key: string; readonly offset: number; readonly count: number }[];
  /** Length of the line, in days. */
  length: number;
}) {
  const largest = Math.max(1, ...days.map(({ count }) => count));
  return (
    <svg role="img" aria-label={label} width="100%" height={HEIGHT} className="mt-2">
      {days.map(({ key, offset, count }) => {
        const height = 8 + (count / largest) * (HEIGHT - 12);
        return (
          <rect
            key={key}
            x={`${(Math.max(0, offset) / length) * 98.5}%`}
            y={HEIGHT - height}
            width="3"
            height={height}
            className={offset <= 0 ? "fill-amber" : "fill-accent"}
          />
        );
      })}
      <line x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line-2" />
    </svg>
  );
}
