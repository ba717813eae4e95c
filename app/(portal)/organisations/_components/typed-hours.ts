import type { OfficeHours, OfficeHoursBody } from "@/lib/organisations/schema";

export const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** What stands in the form, as it was typed. */
export interface TypedHours {
  readonly zone: string;
  readonly hasHours: boolean;
  readonly week: Readonly<Record<Weekday, string>>;
  readonly country: string;
  readonly state: string;
  readonly closed: string;
  readonly open: string;
  readonly homes: string;
}

export function typedOf(hours: OfficeHours): TypedHours {
  const week = hours.weekly_hours ?? {};
  const day = (name: Weekday): string => week[name]?.join("–") ?? "";
  return {
    zone: hours.zone,
    hasHours: hours.weekly_hours !== null,
    week: { 1: day("1"), 2: day("2"), 3: day("3"), 4: day("4"), 5: day("5"), 6: day("6"), 7: day("7") },
    country: hours.holiday_region?.country ?? "",
    state: hours.holiday_region?.state ?? "",
    closed: hours.closed_dates.join(" "),
    open: hours.open_dates.join(" "),
    homes: hours.home_jurisdictions.join(" "),
  };
}

const HOURS = /^(\d{1,2}:\d\d)\s*(?:–|-|to|bis)\s*(\d{1,2}:\d\d)$/;

/** `9:00-17:00` as its two times; undefined when it is no such thing. Whether the times exist the server says. */
function dayOf(text: string): [string, string] | undefined {
  const found = HOURS.exec(text.trim());
  if (found === null) return undefined;
  const [, opens = "", closes = ""] = found;
  return [opens.padStart(5, "0"), closes.padStart(5, "0")];
}

/** Weekdays whose hours cannot be read; an empty day is a closed one. */
export function unreadDays({ hasHours, week }: TypedHours): Weekday[] {
  return hasHours ? WEEKDAYS.filter((day) => week[day].trim() !== "" && dayOf(week[day]) === undefined) : [];
}

const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== "");

/** The call's body; days that cannot be read are left out, so ask `unreadDays` first. */
export function bodyOf(typed: TypedHours): OfficeHoursBody {
  const week: NonNullable<OfficeHoursBody["weekly_hours"]> = {};
  for (const day of WEEKDAYS) {
    const hours = dayOf(typed.week[day]);
    if (hours !== undefined) week[day] = hours;
  }
  const [country, state] = [typed.country.trim().toUpperCase(), typed.state.trim().toUpperCase()];
  return {
    zone: typed.zone.trim(),
    weekly_hours: typed.hasHours ? week : null,
    holiday_region: country === "" ? null : { country, ...(state === "" ? {} : { state }) },
    closed_dates: words(typed.closed),
    open_dates: words(typed.open),
    home_jurisdictions: words(typed.homes.toUpperCase()),
  };
}
