"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useFieldNames } from "@/components/domain/field-names";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { FormReading } from "@/lib/policies/authoring/read-form";
import { clock } from "@/lib/policies/authoring/segments";
import type { SimulateAnswer, WhatIf } from "@/lib/policies/simulate/schema";
import { RuleSentence } from "../sentences";

export interface Rule {
  readonly id: string;
  readonly text: string;
  readonly reading: FormReading;
}

function Fields({ answer, level }: { answer: SimulateAnswer; level: "full" | "masked" }) {
  const t = useTranslations("policies.simulate");
  const fields = answer.fields.filter((one) => one.level === level).map(({ field }) => field);
  const names = useFieldNames(fields);
  return fields.length === 0 ? null : <li>{t(`levels.${level}`, { fields: names })}</li>;
}

/** Returns one change that would allow the case, in words. */
function useWhatIf(): (one: WhatIf) => React.ReactNode {
  const t = useTranslations("policies.simulate.whatIf");
  const domain = useTranslations("domain");
  const examples = useTranslations("policies.examples");
  return ({ fact, value }) => {
    switch (fact) {
      case "purpose":
        return t("purpose", { value: domain(`purposes.${value as "audit"}`) });
      case "level":
        return t("level", { value: domain(`levels.${value as "full"}`) });
      case "group":
        return t("group", { value: domain(`fields.${value as "amount"}`) });
      case "authority":
        return t("authority", { value: domain(`instruments.${value as "subpoena"}`) });
      case "basis":
        return t("basis", { value: examples(`bases.${value as "party"}`) });
      case "weekday":
        return t("weekday", { value: examples(`weekdays.${value as "1"}`) });
      case "time":
        return t("time", { value: clock(Number(value)) });
      case "at":
        return t.rich("at", { value: () => <LocalTime instant={value} form="minute" /> });
      case "age":
      case "factor":
        return t(fact, { value: Number(value) });
      default:
        return t(fact, { value });
    }
  };
}

function Spoke({ answer, rules }: { answer: SimulateAnswer; rules: readonly Rule[] }) {
  const t = useTranslations("policies.simulate");
  const { policies } = answer;
  return (
    <Section title={t("spoke")} count={policies.length} level={3}>
      {policies.length === 0 ? (
        <p className="py-2 text-control text-ink-2">{t(answer.allowed ? "noneNeeded" : "noneSpoke")}</p>
      ) : null}
      <ol>
        {policies.map((id) => {
          const rule = rules.find((one) => one.id === id);
          return (
            <li key={id} className="border-line border-b py-2 text-control last:border-b-0">
              {rule === undefined ? null : <RuleSentence reading={rule.reading} text={rule.text} />}
              <code className="block font-mono text-ink-3 text-note">{id}</code>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

/** Why it is refused, in the reader's language. */
function useReason() {
  const t = useTranslations("policies.simulate.reasonWords");
  return ({ id, detail }: SimulateAnswer["reasons"][number]): string => {
    if (id.startsWith("policy.")) return t("policy", { id: id.slice("policy.".length) });
    const key = id as "policies.none";
    return t.has(key) ? t(key) : detail;
  };
}

/** The transaction of the case, and the person if one was named. */
function Case({ answer: { person, record, at } }: { answer: SimulateAnswer }) {
  const t = useTranslations("policies.simulate");
  if (record === null) return null;
  const time = () => <LocalTime instant={at} form="minute" />;
  const job = record.job_id;
  return (
    <p className="text-control">
      {person === null
        ? t.rich("caseRole", { job, time })
        : t.rich("case", { person: person.name, organisation: person.organisation, job, time })}
    </p>
  );
}

/** What the policies decide in the case: allowed or refused, by which rules, and what would change it. */
export function Verdict({ answer, rules }: { answer: SimulateAnswer; rules: readonly Rule[] }) {
  const t = useTranslations("policies.simulate");
  const words = useWhatIf();
  const reasonOf = useReason();
  const { allowed, reasons, what_if: changes } = answer;
  return (
    <>
      <div
        className={`border-l-[3px] px-4 py-3 ${allowed ? "border-accent bg-accent-wash" : "border-oxblood bg-ox-wash"}`}
      >
        <p className="flex items-center gap-2 font-semibold text-lead">
          <Icon name={allowed ? "check" : "stop"} />
          {t(allowed ? "allowed" : "refused")}
        </p>
        <Case answer={answer} />
        <ul className="mt-1 text-control">
          <Fields answer={answer} level="full" />
          <Fields answer={answer} level="masked" />
          {reasons.map((one) => (
            <li key={one.id}>{reasonOf(one)}</li>
          ))}
        </ul>
      </div>
      <Spoke answer={answer} rules={rules} />
      {allowed ? null : (
        <Section title={t("change")} level={3}>
          {changes.length === 0 ? (
            <p className="py-2 text-control text-ink-2">{t("noChange")}</p>
          ) : (
            <ul className="list-disc py-2 pl-5 text-control">
              {changes.map((one) => (
                <li key={`${one.fact}${one.value}`} className="py-[2px]">
                  {words(one)}
                </li>
              ))}
            </ul>
          )}
        </Section>
      )}
      <p className="mt-4 text-note text-ink-2">
        {t("version", { number: answer.number })}{" "}
        <Link
          href={`/policies/${answer.number}`}
          prefetch={false}
          className="inline-flex min-h-[24px] items-center underline underline-offset-4"
        >
          {t("see")}
        </Link>
      </p>
    </>
  );
}
