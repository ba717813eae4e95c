"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { BoxesField, RadioField, SelectField, TextField, TickField } from "@/components/form/fields";
import type { Answers } from "@/components/form/use-answers";
import { roleKey } from "@/components/layout/role-words";
import { GRANT_KINDS, LEVELS, WEEKDAYS } from "@/lib/policies/authoring/form";
import { GROUP_NAMES, INSTRUMENT_KINDS, PURPOSES, ROLES } from "@/lib/word-lists";
import type { RuleAnswers } from "./rule-answers";

interface OfForm {
  readonly form: Answers<RuleAnswers>;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 border-line border-t pt-3">
      <legend className="float-left mb-2 w-full font-semibold text-body">{title}</legend>
      <div className="clear-both grid gap-4">{children}</div>
    </fieldset>
  );
}

const numeric = {
  inputMode: "numeric",
  maxLength: 6,
  className: "max-w-[160px]",
  autoComplete: "off",
} as const;

function Who({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  const roles = useTranslations("portal.roles");
  return (
    <Part title={t("parts.who")}>
      <RadioField
        form={form}
        name="effect"
        options={(["permit", "forbid"] as const).map((value) => ({ value, label: t(`effects.${value}`) }))}
      />
      <RadioField
        form={form}
        name="action"
        options={(["open", "request"] as const).map((value) => ({ value, label: t(`actions.${value}`) }))}
      />
      <BoxesField
        form={form}
        name="roles"
        look="columns"
        help={t("rolesHelp")}
        options={ROLES.map((value) => ({ value, label: roles(roleKey(value)) }))}
      />
      <SelectField
        form={form}
        name="support"
        options={(["any", "no", "yes", "dispute"] as const).map((value) => ({
          value,
          label: t(`support.${value}`),
        }))}
      />
    </Part>
  );
}

function What({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  const fields = useTranslations("domain.fields");
  const levels = useTranslations("domain.levels");
  const [action, records] = form.hook.watch(["action", "records"]);
  const known = LEVELS.filter((level) => action === "request" || level !== "metadata");
  return (
    <Part title={t("parts.what")}>
      {action === "request" ? null : (
        <BoxesField
          form={form}
          name="groups"
          look="columns"
          help={t("groupsHelp")}
          options={GROUP_NAMES.map((value) => ({ value, label: fields(value) }))}
        />
      )}
      <BoxesField
        form={form}
        name="levels"
        look="columns"
        help={t("levelsHelp")}
        options={known.map((value) => ({ value, label: levels(value) }))}
      />
      {action === "request" ? null : (
        <RadioField
          form={form}
          name="records"
          options={(["any", "own", "granted"] as const).map((value) => ({
            value,
            label: t(`records.${value}`),
          }))}
        />
      )}
      {action === "open" && records === "granted" ? (
        <>
          <SelectField
            form={form}
            name="grantKind"
            options={(["any", ...GRANT_KINDS] as const).map((value) => ({
              value,
              label: t(`grants.${value}`),
            }))}
          />
          <TextField form={form} name="approvals" help={t("approvalsHelp")} {...numeric} />
        </>
      ) : null}
    </Part>
  );
}

function Why({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  const purposes = useTranslations("domain.purposes");
  const instruments = useTranslations("domain.instruments");
  const [action, effect] = form.hook.watch(["action", "effect"]);
  return (
    <Part title={t("parts.why")}>
      <BoxesField
        form={form}
        name="purposes"
        look="columns"
        help={t("purposesHelp")}
        options={PURPOSES.map((value) => ({ value, label: purposes(value) }))}
      />
      {effect === "forbid" ? <TickField form={form} name="isOtherPurposes" /> : null}
      {action === "request" ? null : (
        <BoxesField
          form={form}
          name="instruments"
          look="columns"
          help={t("instrumentsHelp")}
          options={INSTRUMENT_KINDS.map((value) => ({ value, label: instruments(value) }))}
        />
      )}
    </Part>
  );
}

function Hours({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  if (!form.hook.watch("hasHours")) return null;
  return (
    <div className="grid gap-4 border-line-2 border-l-[3px] pl-4">
      <BoxesField
        form={form}
        name="weekdays"
        look="columns"
        options={WEEKDAYS.map((day) => ({ value: String(day), label: t(`weekdays.${day as 1}`) }))}
      />
      <div className="flex flex-wrap gap-4">
        <TextField form={form} name="fromTime" type="time" />
        <TextField form={form} name="toTime" type="time" help={t("toTimeHelp")} />
      </div>
      <TickField form={form} name="exceptHolidays" />
    </div>
  );
}

function When({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  const isForbid = form.hook.watch("effect") === "forbid";
  return (
    <Part title={t("parts.when")}>
      <p className="text-control text-ink-2">{t(isForbid ? "whenForbid" : "whenPermit")}</p>
      <TextField form={form} name="ageDays" {...numeric} />
      <TickField form={form} name="hasHours" />
      <Hours form={form} />
      <SelectField
        form={form}
        name="office"
        options={(["any", "none", "own"] as const).map((value) => ({ value, label: t(`office.${value}`) }))}
      />
      <TextField form={form} name="factorMinutes" {...numeric} />
    </Part>
  );
}

function Exceptions({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  if (form.hook.watch("effect") !== "forbid") return null;
  return (
    <Part title={t("parts.exceptions")}>
      <div>
        <TickField form={form} name="exceptKept" />
        <TickField form={form} name="exceptEmergency" />
        <TickField form={form} name="exceptOverride" />
      </div>
    </Part>
  );
}

function Days({ form }: OfForm) {
  const t = useTranslations("policies.edit");
  return (
    <Part title={t("parts.days")}>
      <div className="flex flex-wrap gap-4">
        <TextField form={form} name="fromDay" type="date" />
        <TextField form={form} name="toDay" type="date" />
      </div>
    </Part>
  );
}

/** The questions of the form of one rule. What the other answers make meaningless is not asked. */
export function RuleFields({ form }: OfForm) {
  const isOpen = form.hook.watch("action") !== "request";
  return (
    <>
      <Who form={form} />
      <What form={form} />
      <Why form={form} />
      {isOpen ? (
        <>
          <When form={form} />
          <Exceptions form={form} />
          <Days form={form} />
        </>
      ) : null}
    </>
  );
}
