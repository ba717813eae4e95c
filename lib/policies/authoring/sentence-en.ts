import { formatCount, formatHours, formatTime } from "@/lib/format";
import type { GroupName, InstrumentKind, Purpose, Role } from "@/lib/vocabulary";
import { PURPOSES } from "@/lib/word-lists";
import type { FormLevel, GrantKind, Hours, PolicyForm } from "./form";
import { clock, LIMITS, strong } from "./segments";

const ROLES: Readonly<Record<Role, string>> = {
  client: "clients",
  miner: "providers",
  coordinator: "coordinators",
  auditor: "auditors",
  regulator: "regulators",
  admin: "administrators",
};
const PURPOSE_WORDS: Readonly<Record<Purpose, string>> = {
  settlement: "settlement",
  audit: "an audit",
  compliance: "compliance",
  dispute: "a dispute",
  support: "support",
  reporting: "reporting",
};
const GROUPS: Readonly<Record<GroupName, string>> = {
  amount: "amount",
  pricing: "pricing",
  settlement_details: "settlement details",
  parties: "parties",
  narrative: "narrative",
  external_references: "external references",
};
const INSTRUMENTS: Readonly<Record<InstrumentKind, string>> = {
  court_order: "a court order",
  subpoena: "a subpoena",
  warrant: "a warrant",
  statutory_demand: "a statutory demand",
  audit_mandate: "an audit mandate",
  epoc: "an EPOC",
};
const GRANTS: Readonly<Record<GrantKind | "any", string>> = {
  any: "under a grant",
  request: "under a grant from a request",
  dispute: "under a grant from a dispute",
  emergency: "in emergency access",
};
const LEVELS: Readonly<Record<FormLevel, string>> = {
  metadata: "metadata only",
  masked: "in masked form",
  full: "in full",
};
const OFFICE_NONE = "if their organisation has set no hours of its own";
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const or = (words: readonly string[]) => new Intl.ListFormat("en-GB", { type: "disjunction" }).format(words);
const and = (words: readonly string[]) => new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** Days; whole years also as years, as the retention of the log is shown. */
function days(count: number): string {
  const text = `${formatCount(count, "en")} ${count === 1 ? "day" : "days"}`;
  const years = count / 365;
  return Number.isInteger(years) && years > 0 ? `${years} ${years === 1 ? "year" : "years"} (${text})` : text;
}
const minutes = (count: number): string =>
  `${formatCount(count, "en")} ${count === 1 ? "minute" : "minutes"}`;
const dayOf = (day: string): string =>
  formatTime(new Date(`${day}T00:00:00Z`), { timeZone: "UTC", form: "day", locale: "en" });

function weekdays(chosen: readonly number[]): string | undefined {
  if (chosen.length === 7) return undefined;
  const names = chosen.map((day) => WEEKDAYS[day - 1] ?? "");
  const isRange = chosen.length > 2 && (chosen.at(-1) ?? 0) - (chosen[0] ?? 0) === chosen.length - 1;
  return isRange ? `${names[0]} to ${names.at(-1)}` : and(names);
}

function times({ from, to }: Hours): string | undefined {
  return from === 0 && to === 1440 ? undefined : formatHours(clock(from), clock(to));
}

/** Returns a window of the week, e.g. Monday to Friday, 09:00–17:00. */
function windowOf(hours: Hours): string {
  return [weekdays(hours.weekdays), times(hours)].filter((part) => part !== undefined).join(", ");
}

function hoursOf({ effect, hours }: PolicyForm): string[] {
  if (hours === null) return [];
  const window = windowOf(hours);
  if (effect === "permit") {
    const parts = [
      window === "" ? "" : `on ${strong(window)}`,
      hours.exceptHolidays ? strong("not on public holidays") : "",
    ].filter((part) => part !== "");
    return parts.length === 0 ? [] : [parts.join(", ")];
  }
  const holidays = hours.exceptHolidays ? strong("on public holidays") : "";
  const outside = window === "" ? "" : `outside ${strong(window)}`;
  return [[outside, holidays].filter((part) => part !== "").join(", or ")];
}

function whoOf({ effect, roles, support }: PolicyForm): string {
  const names = roles.map((role) => ROLES[role]);
  if (support === "yes" && roles.length === 1 && roles[0] === "coordinator") return strong("Support");
  const everyone = effect === "permit" ? "everyone" : "no one";
  const all = support === "any" || support === "dispute" ? everyone : "people";
  const who = strong(capital(names.length === 0 ? all : and(names)));
  if (support === "yes") return `${who} with the support duty`;
  return support === "no" ? `${who} without the support duty` : who;
}

function agedOf({ ageDays, effect }: PolicyForm): string {
  if (ageDays === null) return "";
  return effect === "permit"
    ? ` at most ${strong(days(ageDays))} old`
    : ` older than ${strong(days(ageDays))}`;
}

/** The records, or fields of them. */
function objectOf(form: PolicyForm): string {
  const { records, groups, levels } = form;
  const aged = agedOf(form);
  const all = `${records === "own" ? strong("their own transactions") : "transactions"}${aged}`;
  if (groups.length === 0 && levels.length === 0) return all;
  const names = groups.length === 0 ? "fields" : strong(and(groups.map((group) => GROUPS[group])));
  return records === "own" || aged !== "" ? `${names} of ${all}` : names;
}

function askedOf({ levels }: PolicyForm): string {
  const of = { metadata: "metadata", masked: "masked fields", full: "fields in full" } as const;
  return levels.length === 0 ? "access" : `access to ${strong(or(levels.map((level) => of[level])))}`;
}

function approvalsOf({ approvals, effect }: PolicyForm): string[] {
  if (approvals === null) return [];
  const count = `${approvals} ${approvals === 1 ? "approval" : "approvals"}`;
  return [`with ${effect === "permit" ? "at least" : "fewer than"} ${strong(count)}`];
}

function ofPerson({ effect, factorMinutes, office }: PolicyForm): string[] {
  const isPermit = effect === "permit";
  return [
    ...(office === "none" ? [OFFICE_NONE] : []),
    ...(office === "own"
      ? [
          isPermit
            ? `within ${strong("their organisation’s own hours")}`
            : `outside ${strong("their organisation’s own hours")}`,
        ]
      : []),
    ...(factorMinutes === null
      ? []
      : [
          `when their second factor was proved ${isPermit ? "within the last" : "more than"} ${strong(minutes(factorMinutes))}${isPermit ? "" : " ago"}`,
        ]),
  ];
}

function daysOf({ fromDay, toDay }: PolicyForm): string[] {
  const limits = [
    ...(fromDay === null ? [] : [`from ${strong(dayOf(fromDay))}`]),
    ...(toDay === null ? [] : [`through ${strong(dayOf(toDay))}`]),
  ];
  return limits.length === 0 ? [] : [limits.join(" ")];
}

function purposesOf({ purposes, isOtherPurposes }: PolicyForm): string[] {
  if (purposes.length === 0) return [];
  const named = strong(or(purposes.map((one) => PURPOSE_WORDS[one])));
  if (isOtherPurposes) return [`for purposes other than ${named}`];
  return [`for ${purposes.length === PURPOSES.length ? strong("any purpose") : named}`];
}

function exceptionsOf({ exceptKept, exceptEmergency, exceptOverride }: PolicyForm): string[] {
  return [
    ...(exceptKept
      ? [`${strong("a legal hold")} keeps the transaction and the access is under a legal authority`]
      : []),
    ...(exceptEmergency ? [`it is ${strong("emergency access")}`] : []),
    ...(exceptOverride
      ? [`they give ${strong("a reason")} and have a legal authority other than an audit mandate`]
      : []),
  ];
}

/** Returns what is added for the support duty, as a sentence. */
function supportOf({ effect, support }: PolicyForm): string {
  if (support !== "dispute") return "";
  return effect === "permit"
    ? ` Those of them who have the support duty may do so ${strong("for a dispute only")}.`
    : ` For those of them who have the support duty this applies ${strong("to a dispute only")}.`;
}

/**
 * Returns the grant, the limits and the exceptions of a rule: as the end of its sentence, or as a list if there are
 * many. A purpose comes before the grant: "a request for an audit" would read as what was requested.
 */
function limitsOf(form: PolicyForm): string {
  const { effect, instruments } = form;
  const grants = form.records === "granted" ? [GRANTS[form.grantKind]] : [];
  const purposes = purposesOf(form);
  const limits = [
    ...approvalsOf(form),
    ...(instruments.length === 0 ? [] : [`under ${strong(or(instruments.map((one) => INSTRUMENTS[one])))}`]),
    ...purposes,
    ...hoursOf(form),
    ...ofPerson(form),
    ...daysOf(form),
  ];
  const exceptions = exceptionsOf(form)
    .map((one) => ` Exception: ${one}.`)
    .join("");
  if (limits.length <= LIMITS) {
    // After hours, the condition would read as part of "or on public holidays", so it is a sentence of its own.
    const isApart = form.office === "none" && form.hours !== null;
    const ordered =
      grants.length === 0
        ? limits
        : [...purposes, ...grants, ...limits.filter((limit) => !purposes.includes(limit))];
    const said = isApart ? ordered.filter((limit) => limit !== OFFICE_NONE) : ordered;
    return `${said.map((limit) => ` ${limit}`).join("")}.${isApart ? ` This applies only ${OFFICE_NONE}.` : ""}${exceptions}`;
  }
  const lead = effect === "permit" ? "Conditions" : "This applies only if all these conditions are met";
  return `${grants.map((grant) => ` ${grant}`).join("")}. ${lead}: ${limits.join("; ")}.${exceptions}`;
}

/** Returns what a rule says in English, its important words between `**`. More than `LIMITS` follow as a list. */
export function englishSentence(form: PolicyForm): string {
  const { effect, action, levels, roles, support } = form;
  const isNoOne = effect === "forbid" && roles.length === 0 && (support === "any" || support === "dispute");
  const may = effect === "permit" || isNoOne ? "may" : "may not";
  const isMasked = levels.length === 1 && levels[0] === "masked";
  const verb = isMasked ? `see ${objectOf(form)}` : `open ${objectOf(form)}`;
  const act = [
    whoOf(form),
    may,
    action === "open" ? verb : `request ${askedOf(form)}`,
    ...(levels.length === 0 || action === "request"
      ? []
      : [strong(or(levels.map((level) => LEVELS[level])))]),
  ].join(" ");
  return `${act}${limitsOf(form)}${supportOf(form)}`;
}
