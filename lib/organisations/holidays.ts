import "server-only";
import { invalidField } from "@/lib/errors";
import type { HolidayRegion } from "@/lib/organisations/schema";

const DAY_MS = 86_400_000;
/** Years for which holidays are computed, including this one. */
const YEARS = 6;

/** Dates of public holidays, and the last day covered. */
export interface Holidays {
  readonly dates: readonly string[];
  readonly until: string;
}

function datesBetween(from: string, days: number): string[] {
  const start = Date.parse(`${from}T00:00:00Z`);
  return Array.from({ length: days }, (_, day) => new Date(start + day * DAY_MS).toISOString().slice(0, 10));
}

/**
 * Returns public holidays of a region for six years, from the year of `now` on. date-holidays (its data is under CC
 * BY-SA 3.0, docs/NOTICE.md) computes them when hours are set, and never during a decision. So a later edition of the
 * library changes no decision. Throws `request.invalid` for a region that it does not know.
 */
export async function publicHolidays(region: HolidayRegion, now: Date): Promise<Holidays> {
  const { default: Calendar } = await import("date-holidays");
  const known = new Calendar();
  const { country, state, region: part } = region;
  if (known.getCountries()[country] === undefined)
    throw invalidField("/holiday_region/country", "is not known");
  if (state !== undefined && known.getStates(country)?.[state] === undefined)
    throw invalidField("/holiday_region/state", "is not known");
  if (part !== undefined && (state === undefined || known.getRegions(country, state)?.[part] === undefined))
    throw invalidField("/holiday_region/region", "is not known");
  const calendar = new Calendar(country, state ?? "", part ?? "", { types: ["public"] });
  const first = now.getUTCFullYear();
  const dates = new Set<string>();
  for (let year = first; year < first + YEARS; year += 1)
    for (const { date, start, end } of calendar.getHolidays(year)) {
      // A day of a clock change has 23 or 25 hours.
      const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / DAY_MS));
      for (const day of datesBetween(date.slice(0, 10), days)) dates.add(day);
    }
  return { dates: [...dates].sort(), until: `${first + YEARS - 1}-12-31` };
}
