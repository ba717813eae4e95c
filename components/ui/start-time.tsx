"use client";

import { useLocale } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { formatTime, isMidnight, type TimeForm } from "@/lib/format";

/**
 * When something begins. An order names whole days, so a beginning at midnight UTC is told as that day, the same for
 * every reader; any other beginning is an instant in the reader's own zone. EndTime is its counterpart.
 */
export function StartTime({ instant, form = "minute" }: { instant: string; form?: TimeForm }) {
  const locale = useLocale();
  if (!isMidnight(instant)) return <LocalTime instant={instant} form={form} />;
  const at = new Date(instant);
  return (
    <time dateTime={at.toISOString().slice(0, 10)} title={formatTime(at, { timeZone: "UTC", locale })}>
      {formatTime(at, { timeZone: "UTC", locale, form: "day" })}
    </time>
  );
}
