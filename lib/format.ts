import { fromBase64url, toHex } from "@/lib/crypto/bytes";

/** How figures, times and digests look on every page and in every command. */

const MONTHS = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  de: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
} as const;

/** 1204878 → 1,204,878 */
export function formatCount(count: number): string {
  return String(Math.trunc(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** 482150.00 → 482,150.00: the figures stay as they were sent, only the thousands are told apart. */
export function formatAmount(amount: string, currency?: string): string {
  const [whole = "", part] = amount.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const figures = part === undefined ? grouped : `${grouped}.${part}`;
  return currency === undefined ? figures : `${figures} ${currency}`;
}

/** First eight … last four; the whole value is what gets copied. */
export function shortDigest(digest: string): string {
  return digest.length <= 14 ? digest : `${digest.slice(0, 8)}…${digest.slice(-4)}`;
}

/** base64url → lower-case hex, as `sha256sum` prints it. What is no base64url stays as it is. */
export function hexOfDigest(digest: string): string {
  try {
    return toHex(fromBase64url(digest));
  } catch {
    return digest;
  }
}

/** Of an end at midnight UTC, the last day that counts; undefined for an end at any other time. */
export function lastDayOf(instant: string): Date | undefined {
  const ms = Date.parse(instant);
  return ms % 86_400_000 === 0 ? new Date(ms - 86_400_000) : undefined;
}

/** `full` with seconds, `minute` without, `day` the date alone, `clock` the time of day alone, `hour` that without seconds. */
export type TimeForm = "full" | "minute" | "day" | "clock" | "hour";

/** How a time is to be shown. */
export interface TimeOptions {
  /** IANA zone; absent: the reader's own. */
  readonly timeZone?: string;
  readonly locale?: "en" | "de";
  readonly form?: TimeForm;
}

/** 24 Nov 2026, 14:31:58 CET, or in German 24. Nov. 2026, 14:31:58 MEZ. The zone is always named. */
export function formatTime(instant: Date, options: TimeOptions = {}): string {
  const { timeZone, locale = "en", form = "full" } = options;
  const format = new Intl.DateTimeFormat(locale === "de" ? "de-DE" : "en-GB", {
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
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const month = MONTHS[locale][Number(parts.get("month")) - 1] ?? "";
  const day = `${Number(parts.get("day"))}${locale === "de" ? "." : ""} ${month} ${parts.get("year")}`;
  if (form === "day") return day;
  const seconds = form === "minute" || form === "hour" ? "" : `:${parts.get("second")}`;
  const clock = `${parts.get("hour")}:${parts.get("minute")}${seconds} ${parts.get("timeZoneName")}`;
  return form === "clock" || form === "hour" ? clock : `${day}, ${clock}`;
}
