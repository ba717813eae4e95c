"use client";

import { useLocale, useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { formatTime, lastDayOf, type TimeForm } from "@/lib/format";

/**
 * When something ends. An order names whole days, so an end at midnight UTC is told as the last day that counts, the
 * same for every reader; any other end is an instant in the reader's own zone. `bare` leaves the word out where the
 * sentence around it has one. `before` stands only before an instant, e.g. "until".
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
      {look === "bare" ? day : t("through", { day })}
    </time>
  );
}
