"use client";

import { useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";
import { useFieldWords } from "@/components/messages/problem-words";
import { formatTime } from "@/lib/format";
import type { Fault } from "./faults";

/** The words of a fault. Days of an order are told in UTC, as it names them. */
export function useFaultText(): (fault: Fault) => string {
  const t = useTranslations("requests.new.fault");
  const documents = useTranslations("requests.new.authority.fault");
  const { reason } = useFieldWords();
  const locale = useLocale();
  return useCallback(
    ({ code, instant, detail, unfit }) => {
      if (code === "unfit")
        return unfit === undefined ? t("document") : documents(unfit.fault, { name: unfit.name });
      if (code === "refused") return t("refused", { reason: reason(detail ?? "") });
      if (code !== "validOver" && code !== "untilAfterOrder") return t(code);
      // The end is the first instant after the last day.
      const lastDay = new Date(Date.parse(instant ?? "") - 1);
      return t(code, { day: formatTime(lastDay, { timeZone: "UTC", locale, form: "day" }) });
    },
    [t, documents, reason, locale],
  );
}
