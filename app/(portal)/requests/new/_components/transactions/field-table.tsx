"use client";

import { useTranslations } from "next-intl";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { Button } from "@/components/ui/button";
import type { GroupName } from "@/lib/vocabulary";
import { controlId } from "../answers/answers";
import type { OrderText } from "../document/use-order-text";
import type { FormView } from "../form-view";

const AMOUNTS: readonly GroupName[] = ["amount", "pricing"];

/** Fields that would be masked, and why. */
function useCap({ answers, options }: FormView): (field: GroupName) => string | undefined {
  const t = useTranslations("requests.new.transactions");
  const kinds = useTranslations("domain.instruments");
  return (field) => {
    if (options.level === "masked") return t("capSupport");
    if (answers.kind !== "" && options.maskedBy[answers.kind].includes(field))
      return t("capKind", { kind: kinds(answers.kind) });
    return answers.level === "masked" ? t("capChosen") : undefined;
  };
}

/** Three usual choices, each by one press. */
function Presets({ form, text }: { form: FormView; text: OrderText }) {
  const t = useTranslations("requests.new.transactions");
  const inOrder = typeof text === "object" ? text.fields : [];
  const choose = (wanted: readonly GroupName[]) =>
    form.change({ fields: form.options.fields.filter((field) => wanted.includes(field)) });
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      <Button size="bar" onClick={() => choose(form.options.fields)}>
        {t("allFields", { count: form.options.fields.length })}
      </Button>
      <Button size="bar" disabled={inOrder.length === 0} onClick={() => choose(inOrder)}>
        {t("orderFields")}
      </Button>
      <Button size="bar" onClick={() => choose(AMOUNTS)}>
        {t("amountsOnly")}
      </Button>
    </div>
  );
}

/** All fields at once: which are asked for, and in which form each would be shown. */
export function FieldTable({ form, text }: { form: FormView; text: OrderText }) {
  const t = useTranslations("requests.new.transactions");
  const domain = useTranslations("domain.fields");
  const capOf = useCap(form);
  const { answers, options } = form;
  const toggle = (field: GroupName, isOn: boolean) =>
    form.change({
      fields: options.fields.filter((one) => (one === field ? isOn : answers.fields.includes(one))),
    });
  return (
    <>
      <ChoiceGroup
        id={controlId("fields")}
        legend={t("fields")}
        help={t("fieldsHelp")}
        error={form.errorOf("fields")}
        className="mt-5"
      >
        <Presets form={form} text={text} />
        <ul className="mt-2 border-line border-t">
          {options.fields.map((field) => {
            const cap = capOf(field);
            return (
              <li
                key={field}
                className="flex flex-wrap items-center justify-between gap-x-4 border-line border-b"
              >
                <Choice
                  name="fields"
                  value={field}
                  checked={answers.fields.includes(field)}
                  onChange={(event) => toggle(field, event.target.checked)}
                  label={domain(field)}
                />
                {answers.fields.includes(field) ? (
                  <span className="text-control text-ink-2">
                    {cap === undefined ? t("inFull") : `${t("masked")}: ${cap}`}
                  </span>
                ) : null}
              </li>
            );
          })}
        </ul>
      </ChoiceGroup>
      {options.level === "masked" ? null : (
        <ChoiceGroup id={controlId("level")} legend={t("form")} className="mt-4">
          <div className="flex flex-wrap gap-x-8">
            {(["full", "masked"] as const).map((level) => (
              <Choice
                key={level}
                kind="radio"
                name="level"
                value={level}
                checked={answers.level === level}
                onChange={() => form.change({ level })}
                label={t(`forms.${level}`)}
              />
            ))}
          </div>
        </ChoiceGroup>
      )}
    </>
  );
}
