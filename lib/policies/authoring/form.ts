import type { GroupName, InstrumentKind, Purpose, Role } from "@/lib/vocabulary";
import { GROUP_NAMES, INSTRUMENT_KINDS, PURPOSES, ROLES } from "@/lib/word-lists";

/** The window of a week, in the organisation's zone. */
export interface Hours {
  /** 1 is Monday. */
  readonly weekdays: readonly number[];
  /** Minutes since midnight. */
  readonly from: number;
  /** The first minute after the window; 1440 is the end of the day. */
  readonly to: number;
  /** Public holidays are outside of the window. */
  readonly exceptHolidays: boolean;
}

/**
 * What the form can say of one policy. A permit needs all that is set. A forbid applies where all that is set is so; its
 * limits (age, hours, approvals, second factor) name what is still allowed, so that it applies beyond them.
 */
export interface PolicyForm {
  readonly effect: "permit" | "forbid";
  readonly action: "open" | "request";
  /** Empty for all roles. */
  readonly roles: readonly Role[];
  /** The duty support; `dispute`: those who have it, for disputes only. */
  readonly support: "any" | "yes" | "no" | "dispute";
  readonly records: "any" | "own" | "granted";
  readonly grantKind: "any" | GrantKind;
  /** At least so many approvals of the grant. */
  readonly approvals: number | null;
  /** Empty for all purposes, also for those that are added later. */
  readonly purposes: readonly Purpose[];
  /** A forbid is for all other purposes. */
  readonly isOtherPurposes: boolean;
  readonly groups: readonly GroupName[];
  readonly levels: readonly FormLevel[];
  readonly instruments: readonly InstrumentKind[];
  /** First and last day of the rule, as 2026-11-29. */
  readonly fromDay: string | null;
  readonly toDay: string | null;
  /** Records up to this age. */
  readonly ageDays: number | null;
  /** A forbid does not apply to a record that a hold keeps for a legal authority. */
  readonly exceptKept: boolean;
  /** Organisations without hours of their own, or those with them and their own hours. */
  readonly office: "any" | "none" | "own";
  readonly hours: Hours | null;
  /** A forbid does not apply in emergency access. */
  readonly exceptEmergency: boolean;
  /** A forbid does not apply to an opening with a reason outside hours, under an order. */
  readonly exceptOverride: boolean;
  /** The second factor was proved within these minutes. */
  readonly factorMinutes: number | null;
  /** Annotations of the policy. The form keeps them. */
  readonly annotations: Readonly<Record<string, string>>;
}

export const GRANT_KINDS = ["request", "dispute", "emergency"] as const;
export type GrantKind = (typeof GRANT_KINDS)[number];
/** Metadata is a level of requests only. */
export const LEVELS = ["metadata", "masked", "full"] as const;
export type FormLevel = (typeof LEVELS)[number];
export const WEEKDAYS: readonly number[] = [1, 2, 3, 4, 5, 6, 7];
export const DAY_END = 1440;

export const EMPTY_FORM: PolicyForm = {
  effect: "permit",
  action: "open",
  roles: [],
  support: "any",
  records: "any",
  grantKind: "any",
  approvals: null,
  purposes: [],
  isOtherPurposes: false,
  groups: [],
  levels: [],
  instruments: [],
  fromDay: null,
  toDay: null,
  ageDays: null,
  exceptKept: false,
  exceptEmergency: false,
  office: "any",
  hours: null,
  exceptOverride: false,
  factorMinutes: null,
  annotations: {},
};

/** Returns the members of `chosen` in the order of `all`, each once. */
export function inOrder<T>(all: readonly T[], chosen: readonly T[]): readonly T[] {
  return all.filter((one) => chosen.includes(one));
}

/** Whether an action knows the facts of records, grants, times and legal authorities: a request has none of them yet. */
function forRequest(form: PolicyForm): PolicyForm {
  const { effect, action, roles, support, purposes, isOtherPurposes, levels, annotations } = form;
  const kept = { effect, action, roles, support, purposes, isOtherPurposes, levels, annotations };
  return { ...EMPTY_FORM, ...kept };
}

function hoursOf(hours: Hours | null): Hours | null {
  if (hours === null) return null;
  const weekdays = inOrder(WEEKDAYS, hours.weekdays);
  const isWhole = weekdays.length === 7 && hours.from === 0 && hours.to === DAY_END;
  return isWhole && !hours.exceptHolidays ? null : { ...hours, weekdays };
}

function cleared(form: PolicyForm): PolicyForm {
  if (form.action === "request") return forRequest(form);
  const isGranted = form.records === "granted";
  const isForbid = form.effect === "forbid";
  return {
    ...form,
    levels: form.levels.filter((level) => level !== "metadata"),
    grantKind: isGranted ? form.grantKind : "any",
    approvals: isGranted ? form.approvals : null,
    hours: hoursOf(form.hours),
    exceptKept: isForbid && form.exceptKept,
    exceptEmergency: isForbid && form.exceptEmergency,
    exceptOverride: isForbid && form.exceptOverride,
  };
}

/** Returns the form without what its other answers make meaningless, its lists in the order of the vocabulary. */
export function tidy(form: PolicyForm): PolicyForm {
  const kept = cleared(form);
  const of = { open: ["masked", "full"], request: LEVELS }[kept.action];
  return {
    ...kept,
    roles: inOrder(ROLES, kept.roles),
    purposes: inOrder(PURPOSES, kept.purposes),
    isOtherPurposes: kept.effect === "forbid" && kept.purposes.length > 0 && kept.isOtherPurposes,
    groups: inOrder(GROUP_NAMES, kept.groups),
    // All levels are no limit.
    levels: kept.levels.length === of.length ? [] : inOrder(LEVELS, kept.levels),
    instruments: inOrder(INSTRUMENT_KINDS, kept.instruments),
  };
}

export type FormFault = "hours" | "weekdays" | "days" | "number";

const isCount = (value: number | null, most: number): boolean =>
  value === null || (Number.isInteger(value) && value >= 0 && value <= most);

/** Returns what is wrong with the answers, by the member of the form. */
export function faultsOf(form: PolicyForm): Partial<Record<keyof PolicyForm, FormFault>> {
  const { hours, fromDay, toDay, ageDays, approvals, factorMinutes } = form;
  return {
    ...(hours !== null && hours.from >= hours.to ? { hours: "hours" as const } : {}),
    ...(hours !== null && hours.weekdays.length === 0 ? { hours: "weekdays" as const } : {}),
    ...(fromDay !== null && toDay !== null && fromDay > toDay ? { toDay: "days" as const } : {}),
    ...(isCount(ageDays, 100_000) ? {} : { ageDays: "number" as const }),
    ...(isCount(approvals, 5) ? {} : { approvals: "number" as const }),
    ...(isCount(factorMinutes, 100_000) ? {} : { factorMinutes: "number" as const }),
  };
}
