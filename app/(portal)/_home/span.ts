const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its largest unit, rounded down: what is left is never told longer than it is. */
export function spanOf(ms: number): { readonly unit: "minutes" | "hours" | "days"; readonly n: number } {
  const length = Math.abs(ms);
  if (length >= 2 * DAY) return { unit: "days", n: Math.floor(length / DAY) };
  if (length >= HOUR) return { unit: "hours", n: Math.floor(length / HOUR) };
  return { unit: "minutes", n: Math.floor(length / MINUTE) };
}
