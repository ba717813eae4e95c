"use client";

import { useTranslations } from "next-intl";
import { RadioField, SelectField, TextField, TickField } from "@/components/form/fields";
import type { Answers, ControlWords } from "@/components/form/use-answers";
import { roleKey } from "@/components/layout/role-words";
import type { ExampleFacts } from "@/lib/access/policy/policy-document";
import { WEEKDAYS } from "@/lib/policies/authoring/form";
import { clock } from "@/lib/policies/authoring/segments";
import { GROUP_NAMES, INSTRUMENT_KINDS, PURPOSES, ROLES } from "@/lib/word-lists";

/** The facts of a case as controls hold them. */
export interface FactAnswers {
  action: string;
  role: string;
  isSupport: boolean;
  purpose: string;
  group: string;
  level: string;
  basis: string;
  authority: string;
  ageDays: string;
  isKept: boolean;
  day: string;
  weekday: string;
  time: string;
  isHoliday: boolean;
  office: string;
  hasOverride: boolean;
  factorMinutes: string;
}

const BASES = ["none", "party", "request", "dispute", "emergency"] as const;
const OFFICE = ["none", "open", "closed"] as const;

function basisOf({ is_party: isParty, grant }: ExampleFacts): string {
  if (grant !== null) return grant;
  return isParty ? "party" : "none";
}

/** Returns the answers of a case. */
export function factAnswers(of: ExampleFacts): FactAnswers {
  return {
    action: of.action,
    role: of.role,
    isSupport: of.is_support,
    purpose: of.purpose,
    group: of.group,
    level: of.level,
    basis: basisOf(of),
    authority: of.authority ?? "none",
    ageDays: String(of.age_days),
    isKept: of.is_kept,
    day: String(of.day).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"),
    weekday: String(of.weekday),
    time: clock(of.minute),
    isHoliday: of.is_holiday,
    office: of.sets_hours ? (of.is_open ? "open" : "closed") : "none",
    hasOverride: of.has_override,
    factorMinutes: String(of.factor_minutes),
  };
}

function whole(text: string): number | string {
  return /^\d{1,8}$/.test(text.trim()) ? Number(text) : text;
}

/** Returns the facts of the answers as the schema takes them. `known` are facts that the form does not ask for. */
export function factsOf(answers: FactAnswers, known: ExampleFacts | undefined): unknown {
  const { basis, authority, time } = answers;
  const [hour = "", minute = ""] = time.split(":");
  return {
    ...known,
    action: answers.action,
    role: answers.role,
    is_support: answers.isSupport,
    purpose: answers.purpose,
    group: answers.group,
    level: answers.level,
    is_party: basis === "party",
    grant: basis === "party" || basis === "none" ? null : basis,
    authority: authority === "none" ? null : authority,
    age_days: whole(answers.ageDays),
    is_kept: answers.isKept,
    day: whole(answers.day.replaceAll("-", "")),
    weekday: Number(answers.weekday),
    minute: Number(hour) * 60 + Number(minute),
    is_holiday: answers.isHoliday,
    sets_hours: answers.office !== "none",
    is_open: answers.office === "open",
    has_override: answers.hasOverride,
    factor_minutes: whole(answers.factorMinutes),
  };
}

const CONTROLS = [
  ...["action", "role", "isSupport", "purpose", "group", "level", "basis", "authority", "ageDays", "isKept"],
  ...["day", "weekday", "time", "isHoliday", "office", "hasOverride", "factorMinutes"],
] as const;

/** The control of each fact. */
export const FACT_CONTROLS = {
  "/age_days": "ageDays",
  "/factor_minutes": "factorMinutes",
  "/day": "day",
  "/minute": "time",
  "/purpose": "purpose",
} as const;

/** Labels of the facts. */
export function useFactWords(): Readonly<Record<string, ControlWords>> {
  const t = useTranslations("policies.examples.facts");
  return Object.fromEntries(
    CONTROLS.map((name) => [name, { label: t(name as "action"), wrong: t("wrong") }]),
  );
}

/** The questions about one case. `F` has more of them. */
export function FactFields<F extends FactAnswers>({ form: given }: { form: Answers<F> }) {
  const t = useTranslations("policies.examples");
  const roles = useTranslations("portal.roles");
  const domain = useTranslations("domain");
  // The fields of a case are among those of F, which the type of paths cannot show.
  const form = given as unknown as Answers<FactAnswers>;
  const isOpen = form.hook.watch("action") !== "request";
  const options = <V extends string>(all: readonly V[], label: (value: V) => string) =>
    all.map((value) => ({ value, label: label(value) }));
  return (
    <>
      <RadioField
        form={form}
        name="action"
        options={options(["open", "request"], (one) => t(`actions.${one}`))}
      />
      <SelectField form={form} name="role" options={options(ROLES, (one) => roles(roleKey(one)))} />
      <TickField form={form} name="isSupport" />
      <SelectField
        form={form}
        name="purpose"
        options={options(PURPOSES, (one) => domain(`purposes.${one}`))}
      />
      <SelectField
        form={form}
        name="level"
        options={options(["masked", "full"], (one) => domain(`levels.${one}`))}
      />
      {isOpen ? (
        <>
          <SelectField
            form={form}
            name="group"
            options={options(GROUP_NAMES, (one) => domain(`fields.${one}`))}
          />
          <SelectField form={form} name="basis" options={options(BASES, (one) => t(`bases.${one}`))} />
          <SelectField
            form={form}
            name="authority"
            options={options(["none", ...INSTRUMENT_KINDS], (one) =>
              one === "none" ? t("noAuthority") : domain(`instruments.${one}`),
            )}
          />
          <TextField form={form} name="ageDays" inputMode="numeric" maxLength={6} />
          <TickField form={form} name="isKept" />
          <div className="flex flex-wrap gap-4">
            <SelectField
              form={form}
              name="weekday"
              options={options(WEEKDAYS.map(String), (day) => t(`weekdays.${day as "1"}`))}
            />
            <TextField form={form} name="time" type="time" />
            <TextField form={form} name="day" type="date" />
          </div>
          <TickField form={form} name="isHoliday" />
          <SelectField form={form} name="office" options={options(OFFICE, (one) => t(`office.${one}`))} />
          <TickField form={form} name="hasOverride" />
          <TextField form={form} name="factorMinutes" inputMode="numeric" maxLength={7} />
        </>
      ) : null}
    </>
  );
}
