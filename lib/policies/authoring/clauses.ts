import type { Role } from "@/lib/vocabulary";
import { GROUP_NAMES, INSTRUMENT_KINDS, PURPOSES, ROLES } from "@/lib/word-lists";
import {
  hoursIn,
  hourTexts,
  known,
  listOf,
  negated,
  negatedIn,
  noneOf,
  notListedOf,
  oneOf,
  quoted,
} from "./condition-texts";
import { type FormLevel, GRANT_KINDS, LEVELS, type PolicyForm } from "./form";

/** Parts of a form that one condition says. */
export type FormPart = { -readonly [K in keyof PolicyForm]?: PolicyForm[K] };

/**
 * One kind of condition. `write` and `read` are each other's inverse: `read` accepts exactly the text that `write`
 * makes, so that a form never says less than the policy it was read from.
 */
export interface Clause {
  readonly write: (form: PolicyForm) => string | undefined;
  readonly read: (text: string, effect: PolicyForm["effect"]) => FormPart | undefined;
}

const PURPOSE = "context.purpose";
const purposes: Clause = {
  write: ({ purposes: all, isOtherPurposes }) =>
    isOtherPurposes && all.length > 0 ? noneOf(PURPOSE, all) : oneOf(PURPOSE, all),
  read: (text, effect) => {
    const [listed, others] = [listOf(PURPOSE, text), notListedOf(PURPOSE, text)];
    const isOtherPurposes = listed === undefined;
    const values = known(PURPOSES, listed ?? others);
    if (values === undefined || (isOtherPurposes && effect === "permit")) return undefined;
    return { purposes: values, isOtherPurposes };
  },
};

function listClause<K extends "groups" | "instruments">(
  key: K,
  path: string,
  all: readonly PolicyForm[K][number][],
): Clause {
  return {
    write: (form) => oneOf(path, form[key]),
    read: (text) => {
      const values = known(all, listOf(path, text));
      return values === undefined ? undefined : ({ [key]: values } as FormPart);
    },
  };
}

function flag(text: string, isSaid: (form: PolicyForm) => boolean, part: FormPart): Clause {
  return {
    write: (form) => (isSaid(form) ? text : undefined),
    read: (given) => (given === text ? part : undefined),
  };
}

function limit(key: "ageDays" | "approvals" | "factorMinutes", path: string, most: boolean): Clause {
  const signs = most ? { permit: "<=", forbid: ">" } : { permit: ">=", forbid: "<" };
  return {
    write: (form) => (form[key] === null ? undefined : `${path} ${signs[form.effect]} ${form[key]}`),
    read: (text, effect) => {
      const start = `${path} ${signs[effect]} `;
      const number = text.slice(start.length);
      return text.startsWith(start) && /^\d{1,6}$/.test(number) ? { [key]: Number(number) } : undefined;
    },
  };
}

const role = (name: string): string => `principal in Role::${quoted(name)}`;
const ROLE_TEXT = /^principal in Role::"([a-z]+)"$/;

/** Reads roles from the text of one condition, `principal in Role::"x" || …`. */
export function rolesIn(text: string): Role[] | undefined {
  const names = text.split(" || ").map((one) => ROLE_TEXT.exec(one)?.[1]);
  return known(ROLES, names);
}

const roles: Clause = {
  write: ({ roles: all }) => (all.length < 2 ? undefined : all.map(role).join(" || ")),
  read: (text) => {
    const found = rolesIn(text);
    return found === undefined || found.length < 2 ? undefined : { roles: found };
  },
};

const LEVEL = "context.level";
const levels: Clause = {
  write: ({ levels: all }) =>
    all.length === 2 && !all.includes("full") ? `${LEVEL} != "full"` : oneOf(LEVEL, all),
  read: (text) => {
    if (text === `${LEVEL} != "full"`) return { levels: ["metadata", "masked"] };
    const values = known<FormLevel>(LEVELS, listOf(LEVEL, text));
    return values === undefined ? undefined : { levels: values };
  },
};

const KIND = "context.grant.kind";
const grantKind: Clause = {
  write: (form) => (form.grantKind === "any" ? undefined : `${KIND} == ${quoted(form.grantKind)}`),
  read: (text) => {
    const [kind, ...more] = known(GRANT_KINDS, listOf(KIND, text)) ?? [];
    return kind === undefined || more.length > 0 ? undefined : { grantKind: kind };
  },
};

function dayClause(key: "fromDay" | "toDay", sign: string): Clause {
  const start = `context.day ${sign} `;
  return {
    write: (form) => {
      const day = form[key];
      return day === null ? undefined : `${start}${day.replaceAll("-", "")}`;
    },
    read: (text) => {
      const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(text.slice(start.length)) ?? [];
      if (!text.startsWith(start) || year === undefined) return undefined;
      return { [key]: `${year}-${month}-${day}` };
    },
  };
}

const forbidHours: Clause = {
  write: ({ hours }) => (hours === null ? undefined : negated(hourTexts(hours))),
  read: (text) => {
    const hours = hoursIn(negatedIn(text));
    return hours === undefined ? undefined : { hours };
  },
};

const only = (effect: PolicyForm["effect"], clause: Clause): Clause => ({
  write: (form) => (form.effect === effect ? clause.write(form) : undefined),
  read: (text, given) => (given === effect ? clause.read(text, given) : undefined),
});

/** Parts of `permit` windows are conditions of their own; `readForm` collects them. */
const permitHours = (form: PolicyForm): string[] =>
  form.effect === "permit" && form.hours !== null ? hourTexts(form.hours) : [];

const CLAUSES: readonly Clause[] = [
  roles,
  flag("principal.isSupport", ({ support }) => support === "yes", { support: "yes" }),
  flag("!principal.isSupport", ({ support }) => support === "no", { support: "no" }),
  flag('!principal.isSupport || context.purpose == "dispute"', ({ support }) => support === "dispute", {
    support: "dispute",
  }),
  flag("context.isParty", ({ records }) => records === "own", { records: "own" }),
  flag("context has grant", ({ records }) => records === "granted", { records: "granted" }),
  grantKind,
  limit("approvals", "context.grant.approvals", false),
  flag("context has authority", ({ instruments }) => instruments.length > 0, {}),
  levels,
  listClause("instruments", "context.authority.kind", INSTRUMENT_KINDS),
  listClause("groups", "context.group", GROUP_NAMES),
  purposes,
  dayClause("fromDay", ">="),
  dayClause("toDay", "<="),
  limit("ageDays", "resource.ageDays", true),
  flag("!context.office.setsHours", ({ office }) => office === "none", { office: "none" }),
  flag("context.office.setsHours", ({ office }) => office === "own", {}),
  only(
    "permit",
    flag("context.office.isOpen", ({ office }) => office === "own", { office: "own" }),
  ),
  only(
    "forbid",
    flag("!context.office.isOpen", ({ office }) => office === "own", { office: "own" }),
  ),
  only("forbid", forbidHours),
  limit("factorMinutes", "context.factorMinutes", true),
  flag(
    '!(context has grant && context.grant.kind == "emergency")',
    ({ exceptEmergency }) => exceptEmergency,
    {
      exceptEmergency: true,
    },
  ),
  flag("!(resource.isKept && context has authority)", ({ exceptKept }) => exceptKept, { exceptKept: true }),
  flag(
    '!(context.hasOverride && context has authority && context.authority.kind != "audit_mandate")',
    ({ exceptOverride }) => exceptOverride,
    { exceptOverride: true },
  ),
];

/** The conditions that a form says, in the order of its text. All of them must hold. */
export function conditionsOf(form: PolicyForm): string[] {
  const said = CLAUSES.map(({ write }) => write(form)).filter((text) => text !== undefined);
  return [...said, ...permitHours(form)];
}

/** What one condition says, and its text as a form writes it. */
export interface ReadCondition {
  readonly part: FormPart;
  readonly write: Clause["write"];
}

/** Returns what one condition says, undefined where the form has no words for it. */
export function readCondition(text: string, effect: PolicyForm["effect"]): ReadCondition | undefined {
  for (const { read, write } of CLAUSES) {
    const part = read(text, effect);
    if (part !== undefined) return { part, write };
  }
  return undefined;
}
