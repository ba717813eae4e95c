const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"] as const;
const TIMES = 6;

/**
 * Whose eyes the values before it were opened for, so that a photograph names them too. Drawn, not written: it is no
 * text to be read aloud, found, selected or copied.
 */
export function Watermark({ text }: { text: string }) {
  const line = Array.from({ length: TIMES }, () => text).join("      ");
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 select-none overflow-hidden opacity-[0.11]"
    >
      <div className="-top-3 absolute -left-16 -rotate-[7deg] origin-top-left">
        {ROWS.map((row, index) => (
          <p
            key={row}
            data-mark={line}
            className={`whitespace-pre text-note leading-[26px] before:content-[attr(data-mark)] ${index % 2 === 0 ? "pl-0" : "pl-24"}`}
          />
        ))}
      </div>
    </div>
  );
}
