const SEAL =
  "M16.00 1.32Q17.93 0.13 19.51 1.75Q21.67 1.06 22.82 3.00Q25.08 2.85 25.73 5.01Q27.96 5.40 28.08 7.66Q30.15 8.57 29.73 10.79Q31.52 12.18 30.57 14.23Q31.98 16.00 30.57 17.77Q31.52 19.82 29.73 21.21Q30.15 23.43 28.08 24.34Q27.96 26.60 25.73 26.99Q25.08 29.15 22.82 29.00Q21.67 30.94 19.51 30.25Q17.93 31.87 16.00 30.68Q14.07 31.87 12.49 30.25Q10.33 30.94 9.18 29.00Q6.92 29.15 6.27 26.99Q4.04 26.60 3.92 24.34Q1.85 23.43 2.27 21.21Q0.48 19.82 1.43 17.77Q0.02 16.00 1.43 14.23Q0.48 12.18 2.27 10.79Q1.85 8.57 3.92 7.66Q4.04 5.40 6.27 5.01Q6.92 2.85 9.18 3.00Q10.33 1.06 12.49 1.75Q14.07 0.13 16.00 1.32ZM16 6.200a9.800 9.800 0 1 0 0 19.600a9.800 9.800 0 0 0 0-19.600Z";

/** The mark as in public/mark.svg, in the colour of its text. */
export function Mark({ size }: { size: number }) {
  return (
    <svg
      viewBox="0 0 32 32"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      className="shrink-0 text-accent"
    >
      <path fill="currentColor" fillRule="evenodd" d={SEAL} />
      <path fill="currentColor" d="M16 9a7 7 0 0 0 0 14Z" />
    </svg>
  );
}
