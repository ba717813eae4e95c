"use client";

import { useTranslations } from "next-intl";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { controlId } from "../answers/answers";
import type { FormView } from "../form-view";
import { FormSection } from "./form-section";
import { TextField } from "./text-field";

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
              />
            ))}
          </ChoiceGroup>
        )}
        <div className="grid gap-4">
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
