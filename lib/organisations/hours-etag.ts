import { contentEtagOf } from "@/lib/etag";
import type { OfficeHours } from "@/lib/organisations/schema";

/** The entity tag of an organisation's hours: of what is set, not of what the clock makes of it. */
export function etagOfHours(hours: OfficeHours): string {
  const { zone, weekly_hours, holiday_region, closed_dates, open_dates, home_jurisdictions } = hours;
  return contentEtagOf({ zone, weekly_hours, holiday_region, closed_dates, open_dates, home_jurisdictions });
}
