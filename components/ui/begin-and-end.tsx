"use client";

import { useLocale, useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { Unbroken } from "@/components/ui/unbroken";
import { formatTime, isMidnight, lastDayOf, type TimeForm } from "@/lib/format";

/**
 * When something begins. An order names whole days, so a beginning at midnight UTC is shown as that day, the same for
 * every reader. Any other beginning is an instant in the reader's own zone. EndTime is its counterpart.
 */
export function StartTime({ instant, form = "minute" }: { instant: string; form?: TimeForm }) {
  const locale = useLocale();
  if (!isMidnight(instant)) return <LocalTime instant={instant} form={form} />;
  const at = new Date(instant);
  return (
    <time dateTime={at.toISOString().slice(0, 10)} title={formatTime(at, { timeZone: "UTC", locale })}>
      <Unbroken>{formatTime(at, { timeZone: "UTC", locale, form: "day" })}</Unbroken>
    </time>
  );
}

/**
 * When something ends. An order names whole days, so an end at midnight UTC is shown as the last day that counts, the
 * same for every reader; any other end is an instant in the reader's own zone. `bare` leaves the word out where the
 * sentence around it has one. `before` is a word before an instant, such as "until".
 */
export function EndTime(props: {
  instant: string;
  form?: TimeForm;
  look?: "through" | "bare";
  before?: string | undefined;
}) {
  const { instant, form = "minute", look = "through", before } = props;
  const t = useTranslations("ui");
  const locale = useLocale();
  const last = lastDayOf(instant);
  if (last === undefined)
    return (
      <>
        {before === undefined ? null : `${before} `}
        <LocalTime instant={instant} form={form} />
      </>
    );
  const day = formatTime(last, { timeZone: "UTC", locale, form: "day" });
  return (
    <time
      dateTime={last.toISOString().slice(0, 10)}
      title={formatTime(new Date(instant), { timeZone: "UTC", locale })}
    >
      <Unbroken>{look === "bare" ? day : t("through", { day })}</Unbroken>
    </time>
  );
}
