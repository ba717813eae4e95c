import { useLocale, useTranslations } from "next-intl";
import type { Proof, ProofStep } from "@/lib/audit/bundle-verifier/tree/check-proof";
import { fromBase64url, toBase64 } from "@/lib/crypto/bytes";
import { formatCount, shortDigest } from "@/lib/format";

const WIDTH = 376;
const FIRST_X = 176;
const TOP = 22;
const STEP_Y = 46;
/** How far each level leans; less further down, so that the longest way to one side stays in the drawing. */
const LEANS = [40, 26, 18, 12] as const;
/** Levels drawn one by one; of a longer path the first and the last two, the rest dotted. */
const ALL_SHOWN = 4;

interface Level {
  /** Leaves that the neighbour covers, and its side; absent where levels are left out. */
  readonly step?: ProofStep;
  readonly skipped: number;
}

interface Placed extends Level {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly lean: number;
}

/** Levels from the root down. */
function levelsOf(steps: readonly ProofStep[]): Level[] {
  const down = [...steps].reverse();
  const shown = (step: ProofStep): Level => ({ step, skipped: 0 });
  if (down.length <= ALL_SHOWN) return down.map(shown);
  return [
    ...down.slice(0, 1).map(shown),
    { skipped: down.length - (ALL_SHOWN - 1) },
    ...down.slice(-2).map(shown),
  ];
}

function place(levels: readonly Level[]): Placed[] {
  let at: readonly [number, number] = [FIRST_X, TOP];
  return levels.map((level, index) => {
    const lean = LEANS[index] ?? 12;
    const side = level.step === undefined ? 0 : level.step.side === "left" ? 1 : -1;
    const from = at;
    at = [from[0] + side * lean, from[1] + STEP_Y];
    return { ...level, from, to: at, lean };
  });
}

/** Names the entries that a neighbour covers, such as entries 162 to 163. */
export function LeafSpan({ start, end }: ProofStep["leaves"]) {
  const t = useTranslations("audit.proof");
  const locale = useLocale();
  return end - start === 1
    ? t("oneLeaf", { seq: formatCount(start, locale) })
    : t("leaves", { from: formatCount(start, locale), to: formatCount(end - 1, locale) });
}

function Neighbour({ level, step }: { level: Placed; step: ProofStep }) {
  const isLeft = step.side === "left";
  const x = level.from[0] + (isLeft ? -level.lean : level.lean);
  const y = level.to[1];
  return (
    <g className="text-ink-3">
      <line
        x1={level.from[0]}
        y1={level.from[1]}
        x2={x}
        y2={y}
        stroke="currentColor"
        strokeWidth="1"
        opacity="0.6"
      />
      <circle cx={x} cy={y} r="5.5" className="fill-sheet" stroke="currentColor" strokeWidth="1.2" />
      <text
        x={isLeft ? x - 11 : x + 11}
        y={y - 2}
        textAnchor={isLeft ? "end" : "start"}
        className="fill-ink-2 font-mono text-[11px]"
      >
        {shortDigest(toBase64(step.hash))}
      </text>
      <text
        x={isLeft ? x - 11 : x + 11}
        y={y + 11}
        textAnchor={isLeft ? "end" : "start"}
        className="fill-ink-2 text-[11px]"
      >
        <LeafSpan {...step.leaves} />
      </text>
    </g>
  );
}

function Way({ level }: { level: Placed }) {
  const t = useTranslations("audit.proof");
  const [x1, y1] = level.from;
  const [x2, y2] = level.to;
  const isDotted = level.step === undefined;
  return (
    <g className="text-accent">
      <line
        x1={x1}
        y1={y1}
        x2={x2}
        y2={y2}
        stroke="currentColor"
        strokeWidth="2"
        {...(isDotted ? { strokeDasharray: "1 5", strokeLinecap: "round" } : {})}
      />
      <circle cx={x2} cy={y2} r="4.5" fill="currentColor" />
      {isDotted ? (
        <text x={x1 + 12} y={(y1 + y2) / 2 + 4} className="fill-ink-2 text-[11px]">
          {t("more", { count: level.skipped })}
        </text>
      ) : null}
    </g>
  );
}

function Ends({ proof, leaf, at }: { proof: Proof; leaf: string; at: Placed | undefined }) {
  const t = useTranslations("audit.proof");
  const [x, y] = at?.to ?? [FIRST_X, TOP];
  // The entry's words stand on the side that its neighbour leaves free.
  const isLeft = at?.step?.side === "right";
  const words = { x: isLeft ? x - 14 : x + 14, textAnchor: isLeft ? ("end" as const) : ("start" as const) };
  return (
    <g className="text-accent">
      <circle cx={FIRST_X} cy={TOP} r="12" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <circle cx={FIRST_X} cy={TOP} r="8.5" fill="currentColor" />
      <text x={FIRST_X + 20} y={TOP - 3} className="fill-ink font-semibold text-[12px]">
        {t("root")}
      </text>
      <text x={FIRST_X + 20} y={TOP + 11} className="fill-ink-2 font-mono text-[11px]">
        {shortDigest(toBase64(proof.root))}
      </text>
      {at === undefined ? null : (
        <>
          <circle cx={x} cy={y} r="7" fill="currentColor" />
          <text {...words} y={y - 3} className="fill-ink font-semibold text-[12px]">
            {t("entry")}
          </text>
          <text {...words} y={y + 11} className="fill-ink-2 font-mono text-[11px]">
            {shortDigest(toBase64(fromBase64url(leaf)))}
          </text>
        </>
      )}
    </g>
  );
}

/** The true path of a proof: solid from the entry to the signed root, each neighbour hollow on its real side. */
export function ProofDrawing({ proof, leaf }: { proof: Proof; leaf: string }) {
  const t = useTranslations("audit.proof");
  const placed = place(levelsOf(proof.steps));
  const height = TOP * 2 + placed.length * STEP_Y;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={t("drawing", { count: proof.steps.length })}
      className="mt-2 h-auto w-full max-w-[376px]"
    >
      {placed.map((level, index) =>
        level.step === undefined ? null : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the levels of one proof keep their order
          <Neighbour key={`n${index}`} level={level} step={level.step} />
        ),
      )}
      {placed.map((level, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the levels of one proof keep their order
        <Way key={`w${index}`} level={level} />
      ))}
      <Ends proof={proof} leaf={leaf} at={placed.at(-1)} />
    </svg>
  );
}
