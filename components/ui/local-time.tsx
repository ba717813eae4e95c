"use client";

import { useLocale } from "next-intl";
import { useSyncExternalStore } from "react";
import { formatTime, isoOf, type TimeForm } from "@/lib/format";

const never = () => () => undefined;

/**
 * A time in the reader's own zone, named; UTC on hover, and where no script runs. `form`: `full` with seconds,
 * `minute` without, `day` the date alone, `clock` the time of day alone.
 */
export function LocalTime({ instant, form = "full" }: { instant: string; form?: TimeForm }) {
  const locale = useLocale();
  const at = new Date(instant);
  const utc = formatTime(at, { timeZone: "UTC", locale });
  const inUtc = formatTime(at, { timeZone: "UTC", locale, form });
  const text = useSyncExternalStore(
    never,
    () => formatTime(at, { locale, form }),
    () => inUtc,
  );
  return (
    <time dateTime={isoOf(at)} title={utc} className="whitespace-nowrap">
      {text}
    </time>
  );
}
