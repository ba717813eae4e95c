"use client";

import { useTranslations } from "next-intl";
import { NoticeSentence } from "@/components/domain/notice-sentence";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { Facts } from "@/components/ui/facts";
import type { Purpose } from "@/lib/vocabulary";
import { controlId, endOfDay } from "../answers/answers";
import type { FormView } from "../form-view";
import { FormSection } from "./form-section";
import { TextField } from "./text-field";

/** What follows from the purpose: who gets notice, what is usual, and when an answer is due. */
function WhatFollows({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.basis");
  const { answers, options } = form;
  const { purpose, kind, sealed, sealedUntil } = answers;
  if (purpose === "") return null;
  const instrument = options.needsAuthority ? kind : "none";
  const outlook = options.notices.find((one) => one.purpose === purpose && one.kind === instrument);
  const seal = sealed === "yes" ? endOfDay(sealedUntil) : undefined;
  const notice = outlook && { ...outlook, ...(seal === undefined ? {} : { not_before: seal }) };
  const days = options.answerDays[kind];
  const facts = [
    {
      name: t("follows.notice"),
      value:
        notice === undefined ? t("follows.byKind") : <NoticeSentence notice={notice} purpose={purpose} />,
    },
    {
      name: t("follows.usual"),
      value: t(options.level === "masked" ? "follows.usually.masked" : `follows.usually.${usualOf(purpose)}`),
    },
    {
      name: t("follows.due"),
      value: options.needsAuthority && kind === "" ? t("follows.byKind") : t("follows.days", { days }),
    },
  ];
  return (
    <div role="status">
      <Facts look="narrow" facts={facts} />
    </div>
  );
}

const usualOf = (purpose: Purpose): "audit" | "compliance" | "other" =>
  purpose === "audit" || purpose === "compliance" ? purpose : "other";

/** Purpose, legal basis and reason. */
export function BasisSection({ form, number }: { form: FormView; number: number }) {
  const t = useTranslations("requests.new.basis");
  const domain = useTranslations("domain.purposes");
  const ui = useTranslations("ui");
  const { purposes } = form.options;
  const [only, another] = purposes;
  return (
    <FormSection number={number} title={t("title")} help={t("help")}>
      <div className="grid gap-x-6 gap-y-4 tablet:grid-cols-[minmax(0,2fr)_minmax(0,4fr)]">
        {only !== undefined && another === undefined ? (
          <div className="text-control">
            <p className="font-medium">{t("purpose")}</p>
            <p className="mt-2">{domain(only)}</p>
            <p className="text-note text-ink-2">{t("onlyPurpose")}</p>
          </div>
        ) : (
          <ChoiceGroup id={controlId("purpose")} legend={t("purpose")} error={form.errorOf("purpose")}>
            {purposes.map((purpose) => (
              <Choice
                key={purpose}
                kind="radio"
                name="purpose"
                value={purpose}
                label={domain(purpose)}
                checked={form.answers.purpose === purpose}
                onChange={() => form.change({ purpose })}
                {...(purpose === "audit" || purpose === "compliance" ? { help: t(`means.${purpose}`) } : {})}
              />
            ))}
          </ChoiceGroup>
        )}
        <div className="grid gap-4">
          <WhatFollows form={form} />
          <TextField
            form={form}
            name="legalBasis"
            label={t("legalBasis")}
            mark={ui("optional")}
            help={t("legalBasisHelp")}
            maxLength={1000}
          />
          <TextField
            form={form}
            name="justification"
            label={t("justification")}
            help={t("justificationHelp")}
            rows={3}
            maxLength={4000}
          />
        </div>
      </div>
    </FormSection>
  );
}
