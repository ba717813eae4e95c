/** Opening hours by ISO weekday, 1 is Monday; a missing day is closed; half-open in the organisation's zone. */
export type WeeklyHours = Readonly<Partial<Record<Weekday, readonly [string, string]>>>;
export type Weekday = "1" | "2" | "3" | "4" | "5" | "6" | "7";

const OFFICE_DAY: readonly [string, string] = ["09:00", "17:00"];
const WHOLE_DAY: readonly [string, string] = ["00:00", "24:00"];

/** Monday to Friday, 09:00–17:00: what binds an auditor whose organisation sets nothing. */
export const OFFICE_HOURS: WeeklyHours = {
  "1": OFFICE_DAY,
  "2": OFFICE_DAY,
  "3": OFFICE_DAY,
  "4": OFFICE_DAY,
  "5": OFFICE_DAY,
};

/** What an organisation sets that is open at all hours. */
export const ALL_HOURS: WeeklyHours = {
  "1": WHOLE_DAY,
  "2": WHOLE_DAY,
  "3": WHOLE_DAY,
  "4": WHOLE_DAY,
  "5": WHOLE_DAY,
  "6": WHOLE_DAY,
  "7": WHOLE_DAY,
};

/** Wall-clock time in a zone. */
export interface LocalTime {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly weekday: Weekday;
  readonly secondOfDay: number;
}

const WEEKDAYS: Readonly<Record<string, Weekday>> = {
  Mon: "1",
  Tue: "2",
  Wed: "3",
  Thu: "4",
  Fri: "5",
  Sat: "6",
  Sun: "7",
};
const SECONDS_A_DAY = 86_400;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(zone, made);
  return made;
}

/** What clock and calendar show in the zone; nothing for a zone the platform does not know. */
export function localTime(zone: string, at: Date): LocalTime | undefined {
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = formatterOf(zone).formatToParts(at);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((candidate) => candidate.type === type)?.value ?? "";
  const weekday = WEEKDAYS[part("weekday")];
  if (weekday === undefined) return undefined;
  return {
    date: `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`,
    weekday,
    secondOfDay: Number(part("hour")) * 3600 + Number(part("minute")) * 60 + Number(part("second")),
  };
}

/** Second of the day of `HH:MM`, up to 24:00; anything else is no time and closes the day. */
function secondOf(text: string): number | undefined {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const second = Number(match[1]) * 3600 + Number(match[2]) * 60;
  return second <= SECONDS_A_DAY ? second : undefined;
}

/**
 * Whether the moment lies in opening hours: open at the first second, closed at the last. Wall-clock time counts,
 * so on days of a clock change the hours are those that the office's clock shows. Unknown zone: closed.
 */
export function isOpen(
  hours: WeeklyHours,
  office: { readonly zone: string; readonly holidays: readonly string[] },
  at: Date,
): boolean {
  const local = localTime(office.zone, at);
  if (local === undefined || office.holidays.includes(local.date)) return false;
  const day = hours[local.weekday];
  if (day === undefined) return false;
  const [opens, closes] = [secondOf(day[0]), secondOf(day[1])];
  if (opens === undefined || closes === undefined) return false;
  return local.secondOfDay >= opens && local.secondOfDay < closes;
}
