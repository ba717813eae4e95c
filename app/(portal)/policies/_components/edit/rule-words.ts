import { useTranslations } from "next-intl";
import type { ControlWords } from "@/components/form/use-answers";
import type { RuleAnswers } from "./rule-answers";

/** Controls in the order of the page. */
const CONTROLS = [
  "id",
  "effect",
  "action",
  "roles",
  "support",
  "groups",
  "levels",
  "records",
  "grantKind",
  "approvals",
  "purposes",
  "isOtherPurposes",
  "instruments",
  "ageDays",
  "hasHours",
  "weekdays",
  "fromTime",
  "toTime",
  "exceptHolidays",
  "office",
  "factorMinutes",
  "exceptKept",
  "exceptEmergency",
  "exceptOverride",
  "fromDay",
  "toDay",
] as const satisfies readonly (keyof RuleAnswers)[];

const WRONG = {
  id: "taken",
  approvals: "number",
  ageDays: "number",
  factorMinutes: "number",
  weekdays: "weekdays",
  toTime: "hours",
  toDay: "days",
} as const;

function wrongOf(name: keyof RuleAnswers) {
  return Object.entries(WRONG).find(([one]) => one === name)?.[1];
}

/** Labels of the form of a rule, and words for what is wrong. */
export function useRuleWords(): Readonly<Record<keyof RuleAnswers, ControlWords>> {
  const t = useTranslations("policies.edit");
  const words = CONTROLS.map((name) => {
    const wrong = wrongOf(name);
    const own = name === "id" ? { missing: t("wrong.idMissing"), form: t("wrong.idForm") } : {};
    return [
      name,
      { label: t(`labels.${name}`), ...own, ...(wrong === undefined ? {} : { wrong: t(`wrong.${wrong}`) }) },
    ];
  });
  return Object.fromEntries(words);
}
