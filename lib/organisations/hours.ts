/**
 * Organisations: opening hours, holidays, and the record of an agency (agency/) for checks of its officers.
 * This file decides whether an office is open; set-hours.ts and agency/agency-record.ts change the settings.
 * Must stay true: unreadable hours or an unknown zone close the office, holidays are fixed when the hours are set,
 * and a person who puts a number on an agency's record cannot call it back (ADR 0037).
 */
/** Opening hours by ISO weekday, 1 is Monday; a missing day is closed; half-open in the organisation's zone. */
export type WeeklyHours = Readonly<Partial<Record<Weekday, readonly [string, string]>>>;
export type Weekday = "1" | "2" | "3" | "4" | "5" | "6" | "7";

/** An organisation's hours. Without weekly hours the default of the role applies. */
export interface OfficeFacts {
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly zone: string;
  readonly weeklyHours?: WeeklyHours;
  /** Calendar dates, `YYYY-MM-DD`, in the zone. */
  readonly holidays: readonly string[];
}

const OFFICE_DAY: readonly [string, string] = ["09:00", "17:00"];
const WHOLE_DAY: readonly [string, string] = ["00:00", "24:00"];

/** Monday to Friday, 09:00–17:00: the hours of an auditor whose organisation sets none. */
export const OFFICE_HOURS: WeeklyHours = {
  "1": OFFICE_DAY,
  "2": OFFICE_DAY,
  "3": OFFICE_DAY,
  "4": OFFICE_DAY,
  "5": OFFICE_DAY,
};

/** Settings of an organisation that is always open. */
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
const WEEKDAYS_BY_NUMBER: readonly Weekday[] = ["7", "1", "2", "3", "4", "5", "6"];
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

/** Returns date, weekday and time of day in the zone; undefined if the platform does not know the zone. */
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

/** Returns the second of the day of `HH:MM`, up to 24:00. Any other text is invalid and closes the day. */
function secondOf(text: string): number | undefined {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const second = Number(match[1]) * 3600 + Number(match[2]) * 60;
  return second <= SECONDS_A_DAY ? second : undefined;
}

/** An organisation's clock: an IANA zone, and dates on which it stays closed (`YYYY-MM-DD` in that zone). */
export interface Office {
  readonly zone: string;
  readonly holidays: readonly string[];
}

/**
 * The seconds of a day's hours, half-open. Hours that end before they begin continue over midnight; equal ones
 * are empty.
 */
interface DayHours {
  readonly opens: number;
  readonly closes: number;
  readonly isOvernight: boolean;
}

/** Returns the hours that begin on a date; none on a holiday. */
function hoursOf(hours: WeeklyHours, office: Office, date: string, weekday: Weekday): DayHours | undefined {
  const day = office.holidays.includes(date) ? undefined : hours[weekday];
  if (day === undefined) return undefined;
  const [opens, closes] = [secondOf(day[0]), secondOf(day[1])];
  if (opens === undefined || closes === undefined || opens === closes) return undefined;
  return { opens, closes, isOvernight: closes < opens };
}

/** Returns the date this many days later, and its ISO weekday. This is calendar arithmetic, without a zone. */
export function dateAfter(date: string, days: number): { readonly date: string; readonly weekday: Weekday } {
  const day = new Date(Date.parse(`${date}T00:00:00Z`) + days * SECONDS_A_DAY * 1000);
  const weekday = WEEKDAYS_BY_NUMBER[day.getUTCDay()] ?? "7";
  return { date: day.toISOString().slice(0, 10), weekday };
}

/**
 * Returns whether the moment is in opening hours: open at the first second, closed at the last. Wall-clock time counts.
 * So on a day of a clock change, hours in a skipped hour do not happen, and hours in a repeated one happen twice. Hours
 * over midnight belong to the day on which they begin, even if a holiday follows. Unknown zone: closed.
 */
export function isOpen(hours: WeeklyHours, office: Office, at: Date): boolean {
  const local = localTime(office.zone, at);
  if (local === undefined) return false;
  const today = hoursOf(hours, office, local.date, local.weekday);
  const second = local.secondOfDay;
  if (today !== undefined && second >= today.opens && (today.isOvernight || second < today.closes))
    return true;
  const before = dateAfter(local.date, -1);
  const night = hoursOf(hours, office, before.date, before.weekday);
  return night?.isOvernight === true && second < night.closes;
}

/** How far ahead the next opening is searched. An office that is closed for longer shows none. */
const DAYS_AHEAD = 400;

/** Returns the milliseconds by which the zone's clock is ahead of UTC. */
function offsetMs(zone: string, at: number): number {
  const local = localTime(zone, new Date(at));
  if (local === undefined) return 0;
  const shown = Date.parse(`${local.date}T00:00:00Z`) + local.secondOfDay * 1000;
  return shown - Math.floor(at / 1000) * 1000;
}

/** Returns the moment between two at which the zone's clock is changed: the first with the later offset. */
function changeBetween(zone: string, from: number, to: number): number {
  const before = offsetMs(zone, from);
  let [low, high] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}

/**
 * Returns Unix milliseconds at which the zone's clock may show this second of the day on a date. On a day of a clock
 * change these are one moment for each offset, and the moment of the change.
 */
export function momentsOf(zone: string, date: string, second: number): number[] {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const [from, to] = [midnight - SECONDS_A_DAY * 1000, midnight + 2 * SECONDS_A_DAY * 1000];
  const [before, after] = [offsetMs(zone, from), offsetMs(zone, to)];
  const shown = midnight + second * 1000;
  if (before === after) return [shown - before];
  return [shown - before, shown - after, changeBetween(zone, from, to)];
}

/**
 * Returns the next moment at which the office opens, if it is closed now; undefined if it does not open within 400
 * days. `isOpen` checks every candidate.
 */
export function nextOpening(hours: WeeklyHours, office: Office, now: Date): Date | undefined {
  const today = localTime(office.zone, now);
  if (today === undefined) return undefined;
  for (let days = -1; days <= DAYS_AHEAD; days += 1) {
    const { date, weekday } = dateAfter(today.date, days);
    const day = hoursOf(hours, office, date, weekday);
    if (day === undefined) continue;
    const moments = momentsOf(office.zone, date, day.opens)
      .filter((moment) => moment > now.getTime() && isOpen(hours, office, new Date(moment)))
      .sort((one, other) => one - other);
    const [first] = moments;
    if (first !== undefined) return new Date(first);
  }
  return undefined;
}
