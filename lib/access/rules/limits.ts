export const DAY_MS = 86_400_000;
/** Multi-factor proof is fresh up to and including this age. */
export const STEP_UP_MS = 15 * 60_000;

/** Returns whole days since the record was made. */
export function ageDays(createdAt: Date, now: Date): number {
  return Math.floor((now.getTime() - createdAt.getTime()) / DAY_MS);
}

/** Half-open: in force at `from`, no longer at `to`. */
export function isWithin(from: Date, to: Date, at: Date): boolean {
  return from.getTime() <= at.getTime() && at.getTime() < to.getTime();
}
