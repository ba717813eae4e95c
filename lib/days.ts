// Bounds of days and instants, without a schema library: pages need them at once in the browser. lib/schema.ts makes schemas of them.

const DAY_MS = 86_400_000;
/** The years 0001 to 9999 in UTC: RFC 3339, PostgreSQL and JavaScript write these in the same form, and no others. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** Whether an instant or a date is within the bounds after its conversion to UTC. The format has its own check. */
export function isWithinYears(text: string): boolean {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || (ms >= FIRST_MS && ms <= LAST_MS);
}

export const FIRST_DAY = "2000-01-01";
const YEARS_AHEAD = 30;

/** The last day that is accepted where a day is typed: 30 years from today, in UTC. */
export function lastDayAccepted(now = new Date()): string {
  const day = now.toISOString().slice(0, 10);
  const month = day.slice(5) === "02-29" ? "02-28" : day.slice(5);
  return `${now.getUTCFullYear() + YEARS_AHEAD}-${month}`;
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`, within the bounds of typed days. */
export function isDayAccepted(text: string): boolean {
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : Number.NaN);
  if (Number.isNaN(at.getTime()) || !at.toISOString().startsWith(text)) return false;
  return text >= FIRST_DAY && text <= lastDayAccepted();
}

/** The instant as text, undefined where it is no time or outside the years. */
export function instantWithin(at: Date): string | undefined {
  if (Number.isNaN(at.getTime()) || !isWithinYears(at.toISOString())) return undefined;
  return at.toISOString();
}

/** The instant, or the last one that `Instant` accepts where the given one is later. */
export function notAfterLast(ms: number): Date {
  return new Date(Math.min(ms, LAST_MS));
}

/** The midnight at which a calendar date ends in UTC; of the last date, the last instant. */
export function endOfDate(date: string): Date {
  return notAfterLast(Date.parse(`${date}T00:00:00Z`) + DAY_MS);
}
