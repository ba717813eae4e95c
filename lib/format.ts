/** How figures, times and digests look on every page and in every command. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 1204878 → 1,204,878 */
export function formatCount(count: number): string {
  return String(Math.trunc(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** First eight … last four; the whole value is what gets copied. */
export function shortDigest(digest: string): string {
  return digest.length <= 14 ? digest : `${digest.slice(0, 8)}…${digest.slice(-4)}`;
}

/** 24 Nov 2026, 14:31:58 CET, in the zone given or else the reader's own. */
export function formatTime(instant: Date, timeZone?: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
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
  const month = MONTHS[Number(parts.get("month")) - 1] ?? "";
  const day = Number(parts.get("day"));
  const time = `${parts.get("hour")}:${parts.get("minute")}:${parts.get("second")}`;
  return `${day} ${month} ${parts.get("year")}, ${time} ${parts.get("timeZoneName")}`;
}
