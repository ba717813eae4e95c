/** Calendar quarters in UTC, as `2026-Q4`. Pure. */

const MONTHS = 3;

function partsOf(quarter: string): { readonly year: number; readonly index: number } {
  return { year: Number(quarter.slice(0, 4)), index: Number(quarter.slice(6)) - 1 };
}

/** Returns the quarter that an instant is in. */
export function quarterOf(at: Date): string {
  return `${at.getUTCFullYear()}-Q${Math.floor(at.getUTCMonth() / MONTHS) + 1}`;
}

/** Returns the first instant of a quarter, and that of the next quarter, which is not part of it. */
export function boundsOf(quarter: string): { readonly from: Date; readonly to: Date } {
  const { year, index } = partsOf(quarter);
  return {
    from: new Date(Date.UTC(year, index * MONTHS, 1)),
    to: new Date(Date.UTC(year, (index + 1) * MONTHS, 1)),
  };
}

/** Figures are published a day after their quarter, because anything that began in it has ended by then. */
const GRACE_MS = 86_400_000;

/** Returns when the figures of a quarter are published. */
export function publicationOf(quarter: string): Date {
  return new Date(boundsOf(quarter).to.getTime() + GRACE_MS);
}

/** Returns quarters whose figures are due, from the one of `since`, oldest first. */
export function closedQuarters(since: Date, now: Date): string[] {
  const found: string[] = [];
  for (
    let quarter = quarterOf(since);
    publicationOf(quarter) <= now;
    quarter = quarterOf(boundsOf(quarter).to)
  )
    found.push(quarter);
  return found;
}
