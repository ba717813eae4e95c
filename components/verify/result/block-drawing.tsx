import { useLocale } from "next-intl";
import { formatCount } from "@/lib/format";

const ROWS = 7;
const COLUMNS = 120;
const PITCH = 10;
const SIDE = 8;

/** Returns one path that covers the squares between two squares, column by column. */
function squares(from: number, to: number): string {
  let path = "";
  for (let at = from; at < to; at += 1) {
    const x = Math.floor(at / ROWS) * PITCH;
    const y = (at % ROWS) * PITCH;
    path += `M${x} ${y}h${SIDE}v${SIDE}h-${SIDE}Z`;
  }
  return path;
}

/** Returns the square of an entry number. */
function squareOf(seq: number, total: number): number {
  return Math.min(ROWS * COLUMNS - 1, Math.floor((seq / Math.max(1, total)) * ROWS * COLUMNS));
}

/**
 * The whole log as blocks in order: done ones filled, the rest outlined, a fault as one oxblood block with its lead
 * line. The numbers beneath are the words of the drawing; the drawing itself is for the eye only.
 */
export function BlockDrawing(props: {
  total: number;
  done: number;
  bad?: number | undefined;
  badLabel?: string;
}) {
  const { total, bad } = props;
  const locale = useLocale();
  const done = total === 0 ? 0 : squareOf(props.done, total) + (props.done >= total ? 1 : 0);
  const fault = bad === undefined ? undefined : squareOf(bad, total);
  const faultX = fault === undefined ? 0 : Math.floor(fault / ROWS) * PITCH + SIDE / 2;
  const quarters = [0, 1, 2, 3, 4].map((part) => Math.round((Math.max(0, total - 1) * part) / 4));
  return (
    <div className={fault === undefined ? "" : "pt-7"}>
      <div className="relative">
        {fault === undefined ? null : (
          <p
            className={`absolute -top-6 whitespace-nowrap font-semibold text-note text-oxblood ${faultX > (COLUMNS * PITCH) / 2 ? "-translate-x-full pr-2" : "pl-2"}`}
            style={{ left: `${(faultX / (COLUMNS * PITCH)) * 100}%` }}
          >
            {props.badLabel}
          </p>
        )}
        <svg
          viewBox={`0 0 ${COLUMNS * PITCH} ${ROWS * PITCH}`}
          className="block w-full overflow-visible"
          aria-hidden="true"
        >
          <path d={squares(done, ROWS * COLUMNS)} className="fill-none stroke-line-2" strokeWidth={1} />
          <path d={squares(0, done)} className="fill-accent" />
          {fault === undefined ? null : (
            <>
              <path d={squares(fault, fault + 1)} className="fill-oxblood" />
              <path
                d={`M${faultX} ${(fault % ROWS) * PITCH}V-14`}
                className="fill-none stroke-oxblood"
                strokeWidth={1.5}
              />
            </>
          )}
        </svg>
      </div>
      <div className="mt-2 flex justify-between text-ink-2 text-note" aria-hidden="true">
        {quarters.map((seq, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: small logs have equal quarters
          <span key={at} className={at === 1 || at === 3 ? "hidden tablet:inline" : ""}>
            {formatCount(seq, locale)}
          </span>
        ))}
      </div>
    </div>
  );
}
