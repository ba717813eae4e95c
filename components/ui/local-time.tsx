"use client";

import { useSyncExternalStore } from "react";
import { formatTime } from "@/lib/format";

const never = () => () => undefined;

/** A time in the reader's own zone, named; UTC on hover, and where no script runs. */
export function LocalTime({ instant }: { instant: string }) {
  const utc = formatTime(new Date(instant), "UTC");
  const text = useSyncExternalStore(
    never,
    () => formatTime(new Date(instant)),
    () => utc,
  );
  return (
    <time dateTime={instant} title={utc} className="whitespace-nowrap">
      {text}
    </time>
  );
}
