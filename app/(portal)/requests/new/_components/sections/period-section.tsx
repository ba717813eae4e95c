"use client";

import { useLocale, useTranslations } from "next-intl";
import { Select } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { formatCount, formatTime } from "@/lib/format";
import { controlId, endOfDay } from "../answers/answers";
import type { FormView } from "../form-view";
import { CoViewersField } from "./co-viewers-field";
import { FormSection } from "./form-section";
import { TextField } from "./text-field";

/** The last day of the order, in UTC as orders name it, to show with "the order's end". */
function useOrderDay({ answers }: FormView): string | undefined {
  const locale = useLocale();
  const { validUntil, end } = answers;
  if (end !== "order" || endOfDay(validUntil) === undefined) return undefined;
  return formatTime(new Date(`${validUntil}T00:00:00Z`), { timeZone: "UTC", locale, form: "day" });
}

/** The period and the numbers of views and exports. All have a default. */
export function PeriodSection({ form, number }: { form: FormView; number: number }) {
  const t = useTranslations("requests.new.period");
  const { answers, options } = form;
  const orderDay = useOrderDay(form);
  const locale = useLocale();
  return (
    <FormSection number={number} title={t("title")} help={t(options.needsAuthority ? "help" : "helpStaff")}>
      <div className="grid items-start gap-x-4 gap-y-4 tablet:grid-cols-2">
        <div className="grid gap-3">
          <Field id={controlId("begin")} label={t("begin")}>
            {(control) => (
              <Select
                {...control}
                value={answers.begin}
                onChange={(event) =>
                  form.change({ begin: event.target.value === "date" ? "date" : "approval" })
                }
              >
                <option value="approval">{t("approval")}</option>
                <option value="date">{t("ownDate")}</option>
              </Select>
            )}
          </Field>
          {answers.begin === "date" ? (
            <TextField form={form} name="from" label={t("beginAt")} type="datetime-local" />
          ) : null}
        </div>
        <div className="grid gap-3">
          <Field
            id={controlId("end")}
            label={t("end")}
            {...(orderDay === undefined ? {} : { mark: orderDay })}
          >
            {(control) => (
              <Select
                {...control}
                value={answers.end}
                onChange={(event) => form.change({ end: event.target.value === "date" ? "date" : "order" })}
              >
                <option value="order">{t(options.needsAuthority ? "order" : "thirty")}</option>
                <option value="date">{t("ownDate")}</option>
              </Select>
            )}
          </Field>
          {answers.end === "date" ? (
            <TextField form={form} name="until" label={t("endAt")} type="datetime-local" />
          ) : null}
        </div>
        <TextField form={form} name="maxViews" label={t("views")} inputMode="numeric" maxLength={5} />
        <TextField form={form} name="maxExports" label={t("exports")} inputMode="numeric" maxLength={3} />
      </div>
      <p className="mt-1 text-note text-ink-2">
        {t("limits", {
          version: options.limits.version,
          views: formatCount(options.limits.maxViews, locale),
          exports: formatCount(options.limits.maxExports, locale),
          days: formatCount(options.limits.maxDays, locale),
        })}
      </p>
      <CoViewersField form={form} />
    </FormSection>
  );
}
