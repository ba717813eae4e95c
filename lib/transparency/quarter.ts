/** Calendar quarters in UTC, as `2026-Q4`. Pure. */

const MONTHS = 3;

function partsOf(quarter: string): { readonly year: number; readonly index: number } {
  return { year: Number(quarter.slice(0, 4)), index: Number(quarter.slice(6)) - 1 };
}

export function quarterOf(at: Date): string {
  return `${at.getUTCFullYear()}-Q${Math.floor(at.getUTCMonth() / MONTHS) + 1}`;
}

/** Half-open: from its first instant to the next quarter's. */
export function boundsOf(quarter: string): { readonly from: Date; readonly to: Date } {
  const { year, index } = partsOf(quarter);
  return {
    from: new Date(Date.UTC(year, index * MONTHS, 1)),
    to: new Date(Date.UTC(year, (index + 1) * MONTHS, 1)),
  };
}

/** Returns quarters that have been over for `graceMs`, from the one of `since`, oldest first. */
export function closedQuarters(since: Date, now: Date, graceMs: number): string[] {
  const found: string[] = [];
  let { from, to } = boundsOf(quarterOf(since));
  while (to.getTime() + graceMs <= now.getTime()) {
    found.push(quarterOf(from));
    ({ from, to } = boundsOf(quarterOf(to)));
  }
  return found;
}
