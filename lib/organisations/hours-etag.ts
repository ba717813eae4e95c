import { contentEtagOf } from "@/lib/etag";
import type { OfficeHours } from "@/lib/organisations/schema";

/** Returns the entity tag of an organisation's hours, over the settings and not their current result. */
export function etagOfHours(hours: OfficeHours): string {
  const { zone, weekly_hours, holiday_region, closed_dates, open_dates, home_jurisdictions } = hours;
  return contentEtagOf({ zone, weekly_hours, holiday_region, closed_dates, open_dates, home_jurisdictions });
}
