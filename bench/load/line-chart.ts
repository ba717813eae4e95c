/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** Moments at which something was done to the instance, with their names. */
  readonly marks?: readonly { readonly at: number; readonly name: string }[];
  readonly isLogarithmic?: boolean;
}

const [WIDTH, HEIGHT] = [860, 320];
const PLOT = { left: 64, right: 690, top: 44, bottom: 268 } as const;
/** Okabe and Ito's colours, which people with any colour vision can tell apart; dashes tell them apart in print. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b", "#555555"];
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "", "6 3", "2 3"];

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Round numbers from 0 to at least the highest value. */
function stepsTo(highest: number): number[] {
  const raw = Math.max(highest, 1) / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((one) => one >= raw) ?? raw;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, at) => at * step);
}

function powersTo(highest: number): number[] {
  const top = Math.ceil(Math.log10(Math.max(10, highest)));
  return Array.from({ length: top + 1 }, (_, at) => 10 ** at);
}

const shown = (value: number): string =>
  (value >= 10 ? value.toFixed(0) : value.toFixed(1)).replace(/\.0$/, "");

/** Returns a chart as SVG text that needs no script, font or style from elsewhere. */
export function lineChart({ title, unit, series, marks = [], isLogarithmic = false }: Chart): string {
  const all = series.flatMap(({ points }) => points);
  const end = Math.max(1, ...all.map(({ at }) => at));
  const ticks = (isLogarithmic ? powersTo : stepsTo)(Math.max(0, ...all.map(({ value }) => value)));
  const top = ticks.at(-1) ?? 1;
  const x = (at: number): number => PLOT.left + (at / end) * (PLOT.right - PLOT.left);
  const share = (value: number): number =>
    isLogarithmic ? Math.log10(Math.max(1, value)) / Math.log10(top) : value / top;
  const y = (value: number): number => PLOT.bottom - share(value) * (PLOT.bottom - PLOT.top);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}" stroke="#ddd"/><text x="${PLOT.left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${shown(tick)}</text>`,
  );
  const minutes = stepsTo(end / 60).map(
    (minute) =>
      `<text x="${x(Math.min(end, minute * 60)).toFixed(1)}" y="${PLOT.bottom + 18}" text-anchor="middle">${minute * 60 > end ? "" : shown(minute)}</text>`,
  );
  const lines = series.map(({ name, points }, at) => {
    const style = `stroke="${COLOURS[at % COLOURS.length]}" stroke-dasharray="${DASHES[at % DASHES.length]}"`;
    const path = points.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(" ");
    const legend = PLOT.top + 8 + at * 20;
    return `<polyline fill="none" stroke-width="1.6" ${style} points="${path}"/><line x1="704" x2="730" y1="${legend}" y2="${legend}" stroke-width="2" ${style}/><text x="736" y="${legend + 4}">${escaped(name)}</text>`;
  });
  const notes = marks.map(
    ({ at, name }) =>
      `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${PLOT.top}" y2="${PLOT.bottom}" stroke="#b00" stroke-dasharray="3 3"/><text x="${(x(at) + 4).toFixed(1)}" y="${PLOT.top - 4}" fill="#b00">${escaped(name)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/><text x="${PLOT.left}" y="20" font-size="15">${escaped(title)}</text>
<text x="${PLOT.left - 8}" y="${PLOT.top - 6}" text-anchor="end">${escaped(unit)}</text><text x="${PLOT.right}" y="${PLOT.bottom + 36}" text-anchor="end">minutes</text>
${[...grid, ...minutes, ...notes, ...lines].join("\n")}
</svg>
`;
}
