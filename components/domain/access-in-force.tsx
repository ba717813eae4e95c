"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState, useSyncExternalStore } from "react";
import { type GrantEnd, useGrantWatch, type WatchedGrant } from "@/components/domain/grant-watch";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Countdown } from "@/components/ui/countdown";
import { LocalTime } from "@/components/ui/local-time";
import { lastDayOf } from "@/lib/format";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More than this many views are drawn as a bar: ticks would be too fine to count. */
const MAX_TICKS = 40;
/** Up to this many are shown in one line. */
const ONE_LINE = 24;

const never = () => () => undefined;

/** Now, to the minute; on the server and in the first render the time the server sent. */
function useMinute(nowMs: number): number {
  const [now, setNow] = useState(nowMs);
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  useEffect(() => {
    const tick = (): void => setNow(Date.now());
    tick();
    const timer = setInterval(tick, 60_000);
    return () => clearInterval(timer);
  }, []);
  return isBrowser ? now : nowMs;
}

/** A bar of the time that is left. */
export function TimeTrack({ share, isShort }: { share: number; isShort: boolean }) {
  const t = useTranslations("domain.access");
  const percent = Math.round(share * 100);
  return (
    <div
      role="img"
      aria-label={t("timeTrack", { percent })}
      className="flex h-[5px] justify-end bg-line-2 print:border"
    >
      <div
        className={isShort ? "bg-amber" : "bg-accent"}
        style={{ width: `max(${share > 0 ? 8 : 0}px, ${(share * 100).toFixed(2)}%)` }}
      />
    </div>
  );
}

/** Views as ticks: hollow are used, filled are left. */
function ViewTicks({ left, all }: { left: number; all: number }) {
  const t = useTranslations("domain.access");
  return (
    <div>
      <div className="flex justify-between text-control">
        <span>{t("viewsLeft")}</span>
        <span>{t("ofViews", { left, all })}</span>
      </div>
      {all <= MAX_TICKS ? (
        <div aria-hidden="true" className={`mt-2 flex gap-[3px] ${all > ONE_LINE ? "flex-wrap" : ""}`}>
          {Array.from({ length: all }, (_, index) => `tick-${index}`).map((key, index) => (
            <span
              key={key}
              className={`h-[10px] border ${all > ONE_LINE ? "min-w-[6px] max-w-[14px] basis-[10px]" : "min-w-[6px] grow"} ${index < all - left ? "border-edge" : "border-accent bg-accent"}`}
            />
          ))}
        </div>
      ) : (
        <div aria-hidden="true" className="mt-2 flex h-[10px] justify-end border border-edge">
          <div className="bg-accent" style={{ width: `${((left / all) * 100).toFixed(2)}%` }} />
        </div>
      )}
    </div>
  );
}

const ENDS = {
  revoked: ["revoked", "revokedText"],
  expired: ["expired", "expiredText"],
  "former-log": ["formerLog", "formerLogText"],
  "signed-out": ["signedOut", "signedOutText"],
  unreachable: ["unreachable", "unreachableText"],
} as const;

function Ended({ end }: { end: GrantEnd }) {
  const t = useTranslations("domain.access");
  const [title, text] = ENDS[end];
  const tone = end === "expired" || end === "former-log" ? "text-ink-2" : "text-oxblood";
  return (
    <div role="status">
      <p className={`font-semibold text-countdown tracking-tight ${tone}`}>{t(title)}</p>
      <p className="mt-1 text-control text-ink-2">{t(text)}</p>
    </div>
  );
}

/** Returns the words for the end: the time if it is today, otherwise with the day. */
function WhenItEnds({
  grant,
  leftMs,
  goesBlank,
}: {
  grant: WatchedGrant;
  leftMs: number;
  goesBlank: boolean;
}) {
  const t = useTranslations("domain.access");
  const end = () => <LocalTime instant={grant.not_after} form={leftMs < DAY_MS / 2 ? "hour" : "minute"} />;
  if (goesBlank) return t.rich("blank", { end });
  const totalMs = Date.parse(grant.not_after) - Date.parse(grant.not_before);
  const isDays = totalMs >= 2 * DAY_MS;
  const count = Math.max(1, Math.round(totalMs / (isDays ? DAY_MS : HOUR_MS)));
  if (!isDays) return t.rich("hoursOf", { count, end });
  const isWhole = leftMs >= DAY_MS / 2 && lastDayOf(grant.not_after) !== undefined;
  return isWhole
    ? t.rich("daysThrough", { count, end: () => <EndTime instant={grant.not_after} /> })
    : t.rich("daysOf", { count, end });
}

/**
 * Shows the time and the views left, wherever a person works under a grant. It takes the grant as the server read it
 * and the server's time, and follows the grant from there.
 */
export function AccessInForce(props: {
  grant: WatchedGrant;
  nowMs: number;
  /** Opened fields are on this page: check the grant often, and say that the fields will be hidden. */
  isOpened?: boolean;
}) {
  const { nowMs, isOpened = false } = props;
  const t = useTranslations("domain.access");
  const { grant, ended } = useGrantWatch(props.grant, isOpened);
  const now = useMinute(nowMs);
  const [start, end] = [Date.parse(grant.not_before), Date.parse(grant.not_after)];
  if (ended !== undefined) return <Ended end={ended} />;
  const left = Math.max(0, end - Math.max(now, start));
  const isShort = left < DAY_MS;
  const hasBegun = now >= start;
  return (
    <div className="space-y-4">
      <div>
        {grant.state === "pending" ? (
          <p className="font-semibold text-amber text-lead">{t("pending")}</p>
        ) : (
          <p className={`font-medium text-countdown tracking-tight ${isShort ? "text-amber" : ""}`}>
            <Countdown until={hasBegun ? grant.not_after : grant.not_before} nowMs={nowMs} />
          </p>
        )}
        <p className="mb-2 text-control text-ink-2">
          {hasBegun ? (
            <WhenItEnds grant={grant} leftMs={left} goesBlank={isOpened} />
          ) : (
            t.rich("begins", { start: () => <StartTime instant={grant.not_before} /> })
          )}
        </p>
        <TimeTrack share={end > start ? left / (end - start) : 0} isShort={isShort} />
      </div>
      <ViewTicks left={grant.views_left} all={grant.max_views} />
      {grant.state === "exhausted" ? <p className="text-amber text-control">{t("exhausted")}</p> : null}
    </div>
  );
}
