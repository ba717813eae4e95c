import { formatHours } from "@/lib/format";
import type { OfficeHours, OfficeHoursBody } from "@/lib/organisations/schema";

export const WEEKDAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** The form, as it was typed. */
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

/** Returns the hours of one day as text; undefined for a day that is closed. */
export function shownHours(day: readonly [string, string] | undefined): string | undefined {
  return day === undefined ? undefined : formatHours(...day);
}

export function typedOf(hours: OfficeHours): TypedHours {
  const week = hours.weekly_hours ?? {};
  const day = (name: Weekday): string => shownHours(week[name]) ?? "";
  return {
    zone: hours.zone,
    hasHours: hours.weekly_hours !== null,
    week: { 1: day("1"), 2: day("2"), 3: day("3"), 4: day("4"), 5: day("5"), 6: day("6"), 7: day("7") },
    country: hours.holiday_region?.country ?? "",
    state: hours.holiday_region?.state ?? "",
    closed: hours.closed_dates.join(" "),
    open: hours.open_dates.join(" "),
    homes: hours.home_jurisdictions.join(", "),
  };
}

const HOURS = /^(\d{1,2}:\d\d)\s*(?:–|-|to|bis)\s*(\d{1,2}:\d\d)$/;

/** `9:00-17:00` as its two times. Other text becomes a pair that the schema refuses, so that its day is named. */
function dayOf(text: string): [string, string] {
  const [, opens, closes] = HOURS.exec(text.trim()) ?? [];
  if (opens === undefined || closes === undefined) return [text, ""];
  return [opens.padStart(5, "0"), closes.padStart(5, "0")];
}

const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== "");

/** The call's body. An empty day is closed. Only the operator's home jurisdictions apply, so those of others stay as they are. */
export function bodyOf(typed: TypedHours, isOperator: boolean): OfficeHoursBody {
  const week: NonNullable<OfficeHoursBody["weekly_hours"]> = {};
  for (const day of WEEKDAYS) {
    if (typed.week[day].trim() !== "") week[day] = dayOf(typed.week[day]);
  }
  const [country, state] = [typed.country.trim().toUpperCase(), typed.state.trim().toUpperCase()];
  return {
    zone: typed.zone.trim(),
    weekly_hours: typed.hasHours ? week : null,
    holiday_region: country === "" ? null : { country, ...(state === "" ? {} : { state }) },
    closed_dates: words(typed.closed),
    open_dates: words(typed.open),
    ...(isOperator ? { home_jurisdictions: [...new Set(words(typed.homes.toUpperCase()))] } : {}),
  };
}
