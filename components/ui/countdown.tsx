"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState, useSyncExternalStore } from "react";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time left in its two largest units; minutes and seconds only in the last hour. */
function useTimeLeft(leftMs: number): string {
  const t = useTranslations("ui");
  if (leftMs >= DAY)
    return t("daysHours", { days: Math.floor(leftMs / DAY), hours: Math.floor((leftMs % DAY) / HOUR) });
  if (leftMs >= HOUR)
    return t("hoursMinutes", {
      hours: Math.floor(leftMs / HOUR),
      minutes: Math.floor((leftMs % HOUR) / MINUTE),
    });
  return t("minutesSeconds", {
    minutes: Math.floor(leftMs / MINUTE),
    seconds: Math.floor((leftMs % MINUTE) / SECOND),
  });
}

/** Whether less than a day is left, which is shown in amber. */
export function endsSoon(until: string, nowMs: number): boolean {
  return Date.parse(until) - nowMs < DAY;
}

const never = () => () => undefined;

/**
 * What is left until `until`, the only thing that moves by itself. Calls `onEnd` once. Server and first render
 * show the time the server sent (`nowMs`), so that both agree.
 */
export function Countdown({ until, nowMs, onEnd }: { until: string; nowMs: number; onEnd?: () => void }) {
  const t = useTranslations("ui");
  const end = Date.parse(until);
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, SECOND);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, end - (isBrowser ? now : nowMs));
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) onEnd?.();
  }, [isOver, onEnd]);
  const text = useTimeLeft(left);
  return <span role="timer">{isOver ? t("ended") : text}</span>;
}
