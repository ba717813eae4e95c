export type SealState = "sealed" | "masked" | "opened";

const SHUTTER: Readonly<Record<SealState, string | undefined>> = {
  sealed: "M8 4.4a3.6 3.6 0 0 0 0 7.2a3.6 3.6 0 0 0 0-7.2Z",
  masked: "M8 4.4a3.6 3.6 0 0 0 0 7.2Z",
  opened: undefined,
};

/** The three glyphs of the mark: a shutter that is closed, half open or open. The state is also written next to it. */
export function SealGlyph({ state, size = 16 }: { state: SealState; size?: number }) {
  const shutter = SHUTTER[state];
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      className="shrink-0"
    >
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.8" />
      {shutter === undefined ? (
        <circle cx="8" cy="8" r="2.9" fill="none" stroke="currentColor" strokeWidth="1.2" />
      ) : (
        <path d={shutter} fill="currentColor" />
      )}
    </svg>
  );
}
