/** How figures, times and digests look on every page and in every command. */

/** The reader's language. */
export type Locale = "en" | "de";

const MONTHS = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  de: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
} as const;

/** How a language separates thousands and decimals. */
const MARKS = { en: { thousands: ",", decimal: "." }, de: { thousands: ".", decimal: "," } } as const;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

function inThrees(digits: string, locale: Locale): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, MARKS[locale].thousands);
}

/** 1204878 → 1,204,878, in German 1.204.878 */
export function formatCount(count: number, locale: Locale): string {
  if (!Number.isFinite(count)) return "–";
  return inThrees(String(Math.trunc(count)), locale);
}

/**
 * Returns 482150.00 as 482,150.00, in German as 482.150,00: every digit stays as it was sent, since the text never
 * becomes a number. A text that is not a plain decimal comes back unchanged.
 */
export function formatDecimal(text: string, locale: Locale): string {
  const [, sign = "", whole, part] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return text;
  const grouped = `${sign}${inThrees(whole, locale)}`;
  return part === undefined ? grouped : `${grouped}${MARKS[locale].decimal}${part}`;
}

/** A number as a person of this language writes it: digits, or groups of three, then decimals. */
const WRITTEN = {
  en: /^(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/,
  de: /^(-?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?$/,
} as const;

/**
 * The inverse of `formatDecimal` for what a person typed: 1.250,50 is 1250.50 in German, and 1,250.50 in English. Returns
 * undefined for a text that is no number in this language, such as 1250.50 in German.
 */
export function readDecimal(text: string, locale: Locale): string | undefined {
  const [, sign = "", whole, part] = WRITTEN[locale].exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const digits = `${sign}${whole.replaceAll(MARKS[locale].thousands, "")}`;
  return part === undefined ? digits : `${digits}.${part}`;
}

/** 1887436 → 1.8 MB, in German 1,8 MB */
export function formatSize(bytes: number, locale: Locale): string {
  const inMegabytes = bytes / 1_048_576;
  return inMegabytes >= 0.1
    ? `${formatDecimal(inMegabytes.toFixed(1), locale)} MB`
    : `${Math.max(1, Math.round(bytes / 1024))} kB`;
}

const DAY_MS = 86_400_000;

/** Whether an instant is where a day begins in UTC, as a fact that was given as a day is kept. */
export function isMidnight(instant: string): boolean {
  return Date.parse(instant) % DAY_MS === 0;
}

/**
 * DE → Germany, in German Deutschland. For pages that the server draws: browsers differ in some names. What names no
 * region comes back as it is.
 */
export function regionName(code: string, locale: Locale): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Of an end at midnight UTC, the last day that counts; undefined for an end at any other time. */
export function lastDayOf(instant: string): Date | undefined {
  return isMidnight(instant) ? new Date(Date.parse(instant) - DAY_MS) : undefined;
}

/** Returns how lists name an order: by kind and number, or by its kind alone where the number is withheld. */
export function orderName(kind: string, number: string | undefined): string {
  return number === undefined ? kind : `${kind}, ${number}`;
}

/** `full` with seconds, `minute` without, `day` the date alone, `clock` the time of day alone, `hour` that without seconds. */
export type TimeForm = "full" | "minute" | "day" | "clock" | "hour";

/** How a time is to be shown. */
export interface TimeOptions {
  /** IANA zone; absent: the reader's own. */
  readonly timeZone?: string;
  readonly locale?: Locale;
  readonly form?: TimeForm;
}

const NO_DATE = { en: "no date", de: "kein Datum" } as const;

/** The instant as text; undefined for one that is no time, which is shown as "no date". */
export function isoOf(instant: Date): string | undefined {
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** What a time is shown with; the month counts from 1. */
interface TimeParts {
  readonly year: string;
  readonly month: number;
  readonly day: number;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  readonly zone: string;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** Without a formatter: a browser's first one takes longer than all else on a page that becomes active. */
function utcParts(instant: Date): TimeParts {
  return {
    year: String(instant.getUTCFullYear()),
    month: instant.getUTCMonth() + 1,
    day: instant.getUTCDate(),
    hour: twoDigits(instant.getUTCHours()),
    minute: twoDigits(instant.getUTCMinutes()),
    second: twoDigits(instant.getUTCSeconds()),
    zone: "UTC",
  };
}

/** A formatter takes 40 µs to make and a list shows many times. Languages are two and the zones of one process few. */
const timeFormats = new Map<string, Intl.DateTimeFormat>();

function timeFormat(locale: Locale, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone ?? ""}`;
  const known = timeFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale === "de" ? "de-DE" : "en-GB", {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  timeFormats.set(key, made);
  return made;
}

function zonedParts(instant: Date, locale: Locale, timeZone: string | undefined): TimeParts {
  const all = timeFormat(locale, timeZone).formatToParts(instant);
  const of = new Map(all.map(({ type, value }) => [type, value]));
  const textOf = (type: Intl.DateTimeFormatPartTypes) => of.get(type) ?? "";
  return {
    year: textOf("year"),
    month: Number(textOf("month")),
    day: Number(textOf("day")),
    hour: textOf("hour"),
    minute: textOf("minute"),
    second: textOf("second"),
    zone: textOf("timeZoneName"),
  };
}

/** 24 Nov 2026, 14:31:58 CET, or in German 24. Nov. 2026, 14:31:58 MEZ. The zone is always named. */
export function formatTime(instant: Date, options: TimeOptions = {}): string {
  const { timeZone, locale = "en", form = "full" } = options;
  if (Number.isNaN(instant.getTime())) return NO_DATE[locale];
  const parts = timeZone === "UTC" ? utcParts(instant) : zonedParts(instant, locale, timeZone);
  const month = MONTHS[locale][parts.month - 1] ?? "";
  const day = `${parts.day}${locale === "de" ? "." : ""} ${month} ${parts.year}`;
  if (form === "day") return day;
  const seconds = form === "minute" || form === "hour" ? "" : `:${parts.second}`;
  const clock = `${parts.hour}:${parts.minute}${seconds} ${parts.zone}`;
  return form === "clock" || form === "hour" ? clock : `${day}, ${clock}`;
}

/** Returns hours of a day as pages write them: 09:00 and 17:00 → 09:00–17:00. */
export function formatHours(opens: string, closes: string): string {
  return `${opens}–${closes}`;
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\/(\d+)/, "Edge"],
  [/\bFirefox\/(\d+)/, "Firefox"],
  [/\bHeadlessChrome\/(\d+)/, "Chromium"],
  [/\bChrome\/(\d+)/, "Chrome"],
  [/\bVersion\/(\d+)[\d.]* .*Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\b(iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** Returns a device's name from the browser's description of itself. This is a hint, not proof. */
export function describeDevice(userAgent: string | undefined): string {
  const text = userAgent ?? "";
  const browser = BROWSERS.map(([shape, name]) => {
    const version = shape.exec(text)?.[1];
    return version === undefined ? undefined : `${name} ${version}`;
  }).find((found) => found !== undefined);
  const system = SYSTEMS.find(([shape]) => shape.test(text))?.[1];
  return [browser, system].filter((part) => part !== undefined).join(", ");
}

/** First eight … last four; the whole value is what gets copied. */
export function shortDigest(digest: string): string {
  return digest.length <= 14 ? digest : `${digest.slice(0, 8)}…${digest.slice(-4)}`;
}
