"use client";

import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { FactsSection } from "@/components/ui/section";
import { formatTime } from "@/lib/format";
import { type Answers, type FormOptions, instantOf } from "../answers/answers";
import { type Fault, isDone, type SectionKey, sectionsOf } from "../answers/faults";

/** Joins names as the language does. English writes them in lower case inside a sentence. */
function useJoined(): (names: readonly string[]) => string {
  const locale = useLocale();
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  return (names) => list.format(locale === "en" ? names.map((name) => name.toLowerCase()) : names);
}

function useEnd(answers: Answers, options: FormOptions): string {
  const t = useTranslations("requests.new.summary");
  const locale = useLocale();
  if (answers.end === "date") {
    const until = instantOf(answers.until);
    if (until !== undefined)
      return t("until", { day: formatTime(new Date(until), { locale, form: "minute" }) });
  } else if (answers.validUntil !== "") {
    const day = formatTime(new Date(`${answers.validUntil}T00:00:00Z`), {
      timeZone: "UTC",
      locale,
      form: "day",
    });
    return t("through", { day });
  }
  return t(options.needsAuthority ? "untilOrder" : "untilThirty");
}

/** The request as one sentence, while the form is filled in. */
function AskingSentence({ answers, options }: { answers: Answers; options: FormOptions }) {
  const t = useTranslations("requests.new.summary");
  const domain = useTranslations("domain");
  const joined = useJoined();
  const end = useEnd(answers, options);
  if (answers.fields.length === 0) return <p className="text-control text-ink-2">{t("nothing")}</p>;
  const masking =
    options.level === "masked" || answers.level === "masked"
      ? options.fields
      : answers.kind === ""
        ? []
        : options.maskedBy[answers.kind];
  const names = (isMasked: boolean) =>
    answers.fields
      .filter((field) => masking.includes(field) === isMasked)
      .map((field) => domain(`fields.${field}`));
  const [full, masked] = [names(false), names(true)];
  const target =
    answers.target === "query"
      ? t("query")
      : answers.ids.length === 0
        ? t("noTransactions")
        : t("transactions", { count: answers.ids.length });
  const [purpose] =
    answers.purpose === "" ? [t("noPurpose")] : [joined([domain(`purposes.${answers.purpose}`)])];
  const kind = masked.length === 0 ? "full" : full.length === 0 ? "masked" : "both";
  return (
    <p className="text-lead">
      {t.rich(kind, {
        full: joined(full),
        masked: joined(masked),
        target,
        purpose: purpose ?? "",
        end,
        b: (chunks: ReactNode) => <strong className="font-semibold">{chunks}</strong>,
      })}
    </p>
  );
}

const STEPS = ["check", "legal", "coordinator", "open"] as const;

function NextSteps({ options, kind }: { options: FormOptions; kind: Answers["kind"] }) {
  const t = useTranslations("requests.new.summary");
  const steps = STEPS.filter((step) => step !== "check" || options.needsAuthority);
  return (
    <>
      <ol className="text-control">
        {steps.map((step) => (
          <li key={step} className="group flex gap-3">
            <span className="flex flex-col items-center pt-[5px]">
              <Icon name="open" className="size-[14px] text-ink-3" />
              <span aria-hidden="true" className="mt-[2px] w-px grow bg-line-2 group-last:hidden" />
            </span>
            <span className="pb-2">
              {t(`steps.${step}`)}
              <span className="block text-ink-2">{t(`steps.${step}When`)}</span>
            </span>
          </li>
        ))}
      </ol>
      <p className="mt-1 text-note text-ink-2">
        {options.needsAuthority && kind === ""
          ? t("dueByKind")
          : t(options.needsAuthority ? "due" : "dueStaff", { days: options.answerDays[kind] })}
      </p>
    </>
  );
}

const SECTION_TITLES: Readonly<Record<SectionKey, `${SectionKey}.title`>> = {
  basis: "basis.title",
  transactions: "transactions.title",
  authority: "authority.title",
  period: "period.title",
};

/** The column next to the form: the request as a sentence, the next steps, what is open, and the button to continue. */
export function RequestSummary(props: {
  answers: Answers;
  options: FormOptions;
  open: readonly Fault[];
  isChecking: boolean;
  onCheck: () => void;
}) {
  const { answers, options, open } = props;
  const t = useTranslations("requests.new");
  const sections = sectionsOf(options);
  const done = sections.filter((section) => isDone(section, open, answers));
  return (
    <>
      <FactsSection title={t("summary.asking")}>
        <AskingSentence answers={answers} options={options} />
      </FactsSection>
      <FactsSection title={t("summary.next")}>
        <NextSteps options={options} kind={answers.kind} />
      </FactsSection>
      <FactsSection
        title={t("summary.before")}
        note={t("summary.progress", { done: done.length, count: sections.length })}
      >
        <ul className="text-control">
          {sections.map((section) => (
            <li key={section} className="flex justify-between gap-4 py-1">
              {t(SECTION_TITLES[section])}
              {done.includes(section) ? (
                <span className="inline-flex items-center gap-2 text-accent">
                  <Icon name="tick" className="size-[14px]" />
                  {t("summary.done")}
                </span>
              ) : (
                <span className="text-ink-2">{t("summary.open")}</span>
              )}
            </li>
          ))}
        </ul>
        <Button
          look="primary"
          size="large"
          className="mt-4 w-full"
          isBusy={props.isChecking}
          onClick={props.onCheck}
        >
          {t(props.isChecking ? "summary.checking" : "summary.check")}
        </Button>
      </FactsSection>
    </>
  );
}
