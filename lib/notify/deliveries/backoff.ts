const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after each failed attempt the next one is made: from a minute to three days. */
const DELAYS_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  8 * HOUR_MS,
  24 * HOUR_MS,
  72 * HOUR_MS,
];
/** Up to a fifth more, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * Returns milliseconds until the attempt after the `failed`th one; undefined after the last one. `chance` is drawn
 * evenly from [0, 1). Pure.
 */
export function delayAfter(failed: number, chance: number): number | undefined {
  const delay = DELAYS_MS[failed - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * chance));
}
