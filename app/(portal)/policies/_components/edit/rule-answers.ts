import {
  DAY_END,
  EMPTY_FORM,
  type FormFault,
  faultsOf,
  GRANT_KINDS,
  inOrder,
  LEVELS,
  type PolicyForm,
  tidy,
  WEEKDAYS,
} from "@/lib/policies/authoring/form";
import { clock } from "@/lib/policies/authoring/segments";
import { GROUP_NAMES, INSTRUMENT_KINDS, PURPOSES, ROLES } from "@/lib/word-lists";

/** The answers of the form as controls hold them: texts, boxes and lists of words. */
export interface RuleAnswers {
  id: string;
  effect: string;
  action: string;
  roles: string[];
  support: string;
  records: string;
  grantKind: string;
  approvals: string;
  purposes: string[];
  isOtherPurposes: boolean;
  groups: string[];
  levels: string[];
  instruments: string[];
  fromDay: string;
  toDay: string;
  ageDays: string;
  exceptKept: boolean;
  exceptEmergency: boolean;
  office: string;
  hasHours: boolean;
  weekdays: string[];
  fromTime: string;
  toTime: string;
  exceptHolidays: boolean;
  exceptOverride: boolean;
  factorMinutes: string;
}

const textOf = (value: number | null): string => (value === null ? "" : String(value));

/** Returns the answers that a form was made of. */
export function answersOf(id: string, form: PolicyForm): RuleAnswers {
  const { approvals, ageDays, factorMinutes, hours } = form;
  return {
    id,
    effect: form.effect,
    action: form.action,
    roles: [...form.roles],
    support: form.support,
    records: form.records,
    grantKind: form.grantKind,
    approvals: textOf(approvals),
    purposes: [...form.purposes],
    isOtherPurposes: form.isOtherPurposes,
    groups: [...form.groups],
    levels: [...form.levels],
    instruments: [...form.instruments],
    fromDay: form.fromDay ?? "",
    toDay: form.toDay ?? "",
    ageDays: textOf(ageDays),
    exceptKept: form.exceptKept,
    exceptEmergency: form.exceptEmergency,
    office: form.office,
    hasHours: hours !== null,
    weekdays: (hours?.weekdays ?? [1, 2, 3, 4, 5]).map(String),
    fromTime: clock(hours?.from ?? 540),
    // Controls for a time end at 23:59; midnight ends the day.
    toTime: clock((hours?.to ?? 1_020) % DAY_END),
    exceptHolidays: hours?.exceptHolidays ?? true,
    exceptOverride: form.exceptOverride,
    factorMinutes: textOf(factorMinutes),
  };
}

function one<T extends string>(all: readonly T[], value: string, otherwise: T): T {
  return all.find((known) => known === value) ?? otherwise;
}

function some<T extends string>(all: readonly T[], values: readonly string[]): readonly T[] {
  return inOrder<string>(all, values) as readonly T[];
}

/** NaN where the text is no number, which `faultsOf` names. */
const numberOf = (text: string): number | null => (text.trim() === "" ? null : Number(text));

function minuteOf(text: string): number {
  const [hour = "", minute = ""] = text.split(":");
  return Number(hour) * 60 + Number(minute);
}

function hoursOf({ hasHours, weekdays, fromTime, toTime, exceptHolidays }: RuleAnswers): PolicyForm["hours"] {
  if (!hasHours) return null;
  const to = minuteOf(toTime);
  return {
    weekdays: WEEKDAYS.filter((day) => weekdays.includes(String(day))),
    from: minuteOf(fromTime),
    to: to === 0 ? DAY_END : to,
    exceptHolidays,
  };
}

/** Returns the form that the answers make. `annotations` are those of the policy before. */
export function formOf(answers: RuleAnswers, annotations: PolicyForm["annotations"]): PolicyForm {
  return tidy({
    ...EMPTY_FORM,
    effect: one(["permit", "forbid"], answers.effect, "permit"),
    action: one(["open", "request"], answers.action, "open"),
    roles: some(ROLES, answers.roles),
    support: one(["any", "yes", "no", "dispute"], answers.support, "any"),
    records: one(["any", "own", "granted"], answers.records, "any"),
    grantKind: one(["any", ...GRANT_KINDS], answers.grantKind, "any"),
    approvals: numberOf(answers.approvals),
    purposes: some(PURPOSES, answers.purposes),
    isOtherPurposes: answers.isOtherPurposes,
    groups: some(GROUP_NAMES, answers.groups),
    levels: some(LEVELS, answers.levels),
    instruments: some(INSTRUMENT_KINDS, answers.instruments),
    fromDay: answers.fromDay === "" ? null : answers.fromDay,
    toDay: answers.toDay === "" ? null : answers.toDay,
    ageDays: numberOf(answers.ageDays),
    exceptKept: answers.exceptKept,
    exceptEmergency: answers.exceptEmergency,
    office: one(["any", "none", "own"], answers.office, "any"),
    hours: hoursOf(answers),
    exceptOverride: answers.exceptOverride,
    factorMinutes: numberOf(answers.factorMinutes),
    annotations,
  });
}

const CONTROLS: Readonly<Partial<Record<keyof PolicyForm, keyof RuleAnswers>>> = { hours: "toTime" };

export type AnswerFault = FormFault | "id" | "taken";

/** Returns what is wrong, by control. `taken` are ids of other rules of the set. */
export function answerFaults(
  answers: RuleAnswers,
  form: PolicyForm,
  taken: readonly string[],
): [keyof RuleAnswers, AnswerFault][] {
  const found = Object.entries(faultsOf(form)) as [keyof PolicyForm, FormFault][];
  const faults = found.map(([name, fault]): [keyof RuleAnswers, AnswerFault] => [
    fault === "weekdays" ? "weekdays" : (CONTROLS[name] ?? (name as keyof RuleAnswers)),
    fault,
  ]);
  if (!/^[a-z][a-z0-9-]{0,59}$/.test(answers.id)) return [["id", "id"], ...faults];
  return taken.includes(answers.id) ? [["id", "taken"], ...faults] : faults;
}
