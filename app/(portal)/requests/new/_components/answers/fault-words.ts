import { useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";
import { useFieldWords } from "@/components/messages/problem-words";
import { formatCount, formatTime, type Locale } from "@/lib/format";
import type { ControlName, Fault } from "./faults";
import { READABLE_FACTS } from "./read-facts";

/** The end is the first instant after the last day. */
function lastDayBefore(instant: string | undefined, locale: Locale): string {
  return formatTime(new Date(Date.parse(instant ?? "") - 1), { timeZone: "UTC", locale, form: "day" });
}

/** The words of a fault. Days of an order are in UTC, as orders name them. */
export function useFaultText(): (fault: Fault) => string {
  const t = useTranslations("requests.new.fault");
  const documents = useTranslations("requests.new.authority.fault");
  const facts = useTranslations("requests.new.authority");
  const { reason } = useFieldWords();
  const locale = useLocale();
  return useCallback(
    ({ name, code, instant, most = 0, detail = "", unfit }) => {
      const fact = (of: ControlName) => {
        const readable = READABLE_FACTS.find(([one]) => one === of)?.[0];
        return readable === undefined ? "" : facts(readable);
      };
      switch (code) {
        case "unfit":
          return unfit === undefined ? t("document") : documents(unfit.fault, { name: unfit.name });
        case "unconfirmed":
          return t(code, { fact: fact(name) });
        case "refused":
          return t(code, { reason: reason(detail) });
        case "maxViews":
        case "maxExports":
          return t(code, { most: formatCount(most, locale) });
        case "validOver":
        case "untilAfterOrder":
          return t(code, { day: lastDayBefore(instant, locale) });
        default:
          return t(code);
      }
    },
    [t, documents, facts, reason, locale],
  );
}
