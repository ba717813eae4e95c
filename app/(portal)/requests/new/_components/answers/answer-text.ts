"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatTime } from "@/lib/format";
import type { AnswerName, Answers, FormOptions } from "./answers";
import { instantOf } from "./answers";

/** Names of answers as the page calls them; those of several controls go by their leader. */
export const ANSWER_LABELS = {
  purpose: "purpose",
  legalBasis: "legalBasis",
  justification: "justification",
  target: "target",
  fields: "fields",
  begin: "begin",
  end: "end",
  maxViews: "maxViews",
  coViewers: "coViewers",
  maxExports: "maxExports",
} as const satisfies Partial<Record<AnswerName, string>>;

type Labelled = keyof typeof ANSWER_LABELS;

export function labelOf(name: AnswerName): Labelled {
  const names = Object.values(ANSWER_LABELS);
  return names.find((one) => one === name) ?? "target";
}

/** One answer read back in words, for comparing what two windows hold. */
export function useAnswerText(options: FormOptions): (name: AnswerName, answers: Answers) => string {
  const t = useTranslations("requests.new");
  const domain = useTranslations("domain");
  const locale = useLocale();
  const time = (text: string) => {
    const instant = instantOf(text);
    return instant === undefined ? "" : formatTime(new Date(instant), { locale, form: "minute" });
  };
  const target = (answers: Answers) =>
    answers.target === "ids"
      ? answers.ids.join(", ")
      : [answers.job, answers.participant, answers.createdFrom, answers.createdTo]
          .filter((part) => part !== "")
          .join(", ");
  return (name, answers) => {
    switch (labelOf(name)) {
      case "purpose":
        return answers.purpose === "" ? "" : domain(`purposes.${answers.purpose}`);
      case "legalBasis":
        return answers.legalBasis;
      case "justification":
        return answers.justification;
      case "fields":
        return answers.fields.map((field) => domain(`fields.${field}`)).join(", ");
      case "begin":
        return answers.begin === "approval" ? t("period.approval") : time(answers.from);
      case "end":
        if (answers.end === "date") return time(answers.until);
        return t(options.needsAuthority ? "period.order" : "period.thirty");
      case "maxViews":
        return answers.maxViews;
      case "coViewers":
        return answers.coViewers.join(", ");
      case "maxExports":
        return answers.maxExports;
      default:
        return target(answers);
    }
  };
}
