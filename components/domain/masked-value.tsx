import { useTranslations } from "next-intl";
import { Fragment } from "react";

/** Pieces of a mask (docs/formats/replies.md "Masks"): bars, numbers, choices, and what stays as it is. */
const PIECES = /•+|#|\?|…|[^•#?…]+/gu;
const LONG = 16;

function Bar({ width, label }: { width: string; label: string }) {
  return (
    <>
      <span aria-hidden="true" className={`hatched inline-block h-[0.85em] align-[-0.08em] ${width}`} />
      <span className="sr-only">{label}</span>
    </>
  );
}

function Piece({ piece }: { piece: string }) {
  const words = useTranslations("domain.masked");
  if (piece.startsWith("•"))
    return <Bar width={piece.length >= LONG ? "w-[7em]" : "w-[4em]"} label={words("hidden")} />;
  if (piece === "…") return <Bar width="w-[2em] border-dashed" label={words("more")} />;
  if (piece !== "#" && piece !== "?") return piece;
  return (
    <>
      <Bar width="w-[4em]" label={piece === "#" ? words("hiddenNumber") : words("hiddenChoice")} />
      <span aria-hidden="true" className="text-ink-3 text-note">
        {" "}
        {piece === "#" ? words("number") : words("choice")}
      </span>
    </>
  );
}

/** A value as the custodian masked it: hidden parts are hatched ink in the line, read aloud as "hidden". */
export function MaskedValue({ mask }: { mask: string }) {
  const pieces = [...mask.matchAll(PIECES)];
  return (
    <span className="break-words">
      {pieces.map(({ 0: piece, index }) => (
        <Fragment key={index}>
          <Piece piece={piece} />
        </Fragment>
      ))}
    </span>
  );
}
