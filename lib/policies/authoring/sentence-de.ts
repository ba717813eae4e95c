import { formatCount, formatHours, formatTime } from "@/lib/format";
import type { GroupName } from "@/lib/vocabulary";
import { PURPOSES } from "@/lib/word-lists";
import type { Hours, PolicyForm } from "./form";
import { clock, LIMITS, strong } from "./segments";
import { GRANTS, GROUPS, INSTRUMENTS, LEVELS, PLURAL, PURPOSE_WORDS, ROLES, WEEKDAYS } from "./words-de";

const or = (words: readonly string[]) => new Intl.ListFormat("de", { type: "disjunction" }).format(words);
const and = (words: readonly string[]) => new Intl.ListFormat("de", { type: "conjunction" }).format(words);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** Days; whole years also as years, as the retention of the log is shown. */
function days(count: number): string {
  const text = `${formatCount(count, "de")} ${count === 1 ? "Tag" : "Tage"}`;
  const years = count / 365;
  return Number.isInteger(years) && years > 0 ? `${years} ${years === 1 ? "Jahr" : "Jahre"} (${text})` : text;
}
const minutes = (count: number): string =>
  `${formatCount(count, "de")} ${count === 1 ? "Minute" : "Minuten"}`;
const dayOf = (day: string): string =>
  formatTime(new Date(`${day}T00:00:00Z`), { timeZone: "UTC", form: "day", locale: "de" });

function windowOf({ weekdays, from, to }: Hours, separator: string): string {
  const names = weekdays.map((day) => WEEKDAYS[day - 1] ?? "");
  const isRange = weekdays.length > 2 && (weekdays.at(-1) ?? 0) - (weekdays[0] ?? 0) === weekdays.length - 1;
  const named = isRange ? `${names[0]} bis ${names.at(-1)}` : and(names);
  return [
    ...(weekdays.length === 7 ? [] : [named]),
    ...(from === 0 && to === 1440 ? [] : [formatHours(clock(from), clock(to))]),
  ].join(separator);
}

function hoursOf({ effect, hours }: PolicyForm): string[] {
  if (hours === null) return [];
  const isPermit = effect === "permit";
  const window = windowOf(hours, isPermit ? ", " : " ");
  const inside = window === "" ? [] : [`${isPermit ? "nur" : "außerhalb von"} ${strong(window)}`];
  const holidays = hours.exceptHolidays ? [strong(isPermit ? "nicht an Feiertagen" : "an Feiertagen")] : [];
  return [isPermit ? [...inside, ...holidays].join(", ") : [...holidays, ...inside].join(" oder ")];
}

interface Who {
  readonly text: string;
  readonly may: "darf" | "dürfen";
}

function whoOf({ effect, roles, support }: PolicyForm): Who {
  const [only, ...more] = roles;
  if (support === "yes" && only === "coordinator" && more.length === 0)
    return { text: strong("Der Support"), may: "darf" };
  const duty = {
    yes: " mit der Aufgabe Support",
    // A sentence after the rule, as for "dispute".
    no: only === undefined ? " ohne die Aufgabe Support" : "",
    dispute: "",
    any: "",
  }[support];
  if (only === undefined && effect === "forbid" && duty === "")
    return { text: strong("Niemand"), may: "darf" };
  if (only === undefined)
    return { text: `${strong(duty === "" ? "Alle" : "Personen")}${duty}`, may: "dürfen" };
  const isOne = more.length === 0 && !PLURAL.includes(only);
  const names = and(roles.map((role) => ROLES[role]));
  return { text: `${strong(capital(names))}${duty}`, may: isOne ? "darf" : "dürfen" };
}

function agedOf({ ageDays, effect }: PolicyForm): string {
  if (ageDays === null) return "";
  return effect === "permit"
    ? `, die höchstens ${strong(days(ageDays))} alt sind,`
    : `, die älter als ${strong(days(ageDays))} sind,`;
}

function fieldsOf(groups: readonly GroupName[]): string {
  return `${groups.length === 1 ? "das Feld" : "die Felder"} ${strong(and(groups.map((group) => GROUPS[group])))}`;
}

/** The records, or fields of them. */
function objectOf(form: PolicyForm): string {
  const { records, groups, levels } = form;
  const [isOwn, aged] = [records === "own", agedOf(form)];
  if (groups.length === 0 && levels.length === 0)
    return `${isOwn ? strong("eigene Transaktionen") : "Transaktionen"}${aged}`;
  const names = groups.length === 0 ? "Felder" : fieldsOf(groups);
  if (isOwn) return `${names} ${strong("eigener Transaktionen")}${aged}`;
  return aged === "" ? names : `${names} von Transaktionen${aged}`;
}

function askedOf({ levels }: PolicyForm): string {
  const of = { metadata: "Metadaten", masked: "maskierte Felder", full: "vollständige Felder" } as const;
  return levels.length === 0 ? "Zugriff" : `Zugriff auf ${strong(or(levels.map((level) => of[level])))}`;
}

function approvalsOf({ approvals, effect }: PolicyForm): string[] {
  if (approvals === null) return [];
  const count = `${approvals} ${approvals === 1 ? "Zustimmung" : "Zustimmungen"}`;
  return [`mit ${effect === "permit" ? "mindestens" : "weniger als"} ${strong(count)}`];
}

function daysOf({ fromDay, toDay }: PolicyForm): string[] {
  const limits = [
    ...(fromDay === null ? [] : [`ab dem ${strong(dayOf(fromDay))}`]),
    ...(toDay === null ? [] : [`bis zum ${strong(dayOf(toDay))}`]),
  ];
  return limits.length === 0 ? [] : [limits.join(" ")];
}

/** A condition in the parts of its clause: the verb is last after "wenn", and second in a list. */
interface Condition {
  readonly subject: string;
  readonly rest: string;
  readonly verb: "ist" | "hat" | "wurde" | "erlaubt";
}

const whenClause = ({ subject, rest, verb }: Condition): string => `${subject} ${rest} ${verb}`;
const listItem = ({ subject, rest, verb }: Condition): string => `${subject} ${verb} ${rest}`;

function officeOf({ effect, office }: PolicyForm): string[] {
  if (office === "none") return ["keine Zeiten festgelegt"];
  if (office !== "own") return [];
  return [`nach ${strong("ihren eigenen Zeiten")} ${effect === "permit" ? "geöffnet" : "geschlossen"}`];
}

function conditionsOf(form: PolicyForm): Condition[] {
  const { effect, factorMinutes, instruments } = form;
  const kinds = strong(or(instruments.map((one) => INSTRUMENTS[one])));
  const ago = effect === "permit" ? "höchstens" : "mehr als";
  return [
    ...(instruments.length === 0
      ? []
      : [{ subject: kinds, rest: "die Rechtsgrundlage", verb: "ist" } as const]),
    ...officeOf(form).map((rest) => ({ subject: "die eigene Organisation", rest, verb: "hat" }) as const),
    ...(factorMinutes === null
      ? []
      : [
          {
            subject: "der zweite Faktor",
            rest: `vor ${ago} ${strong(minutes(factorMinutes))} bestätigt`,
            verb: "wurde",
          } as const,
        ]),
  ];
}

/** The grant within the sentence. */
function underGrant({ records, grantKind }: PolicyForm): string[] {
  if (records !== "granted") return [];
  return [grantKind === "emergency" ? "im Notzugriff" : `mit einer ${GRANTS[grantKind]}`];
}

/** The grant as the first condition; undefined where it has no clause of its own. */
function grantCondition({ effect, records, grantKind }: PolicyForm): Condition | undefined {
  if (effect === "forbid" || records !== "granted" || grantKind === "emergency") return undefined;
  return { subject: `eine ${GRANTS[grantKind]}`, rest: "das", verb: "erlaubt" };
}

function purposesOf({ purposes, isOtherPurposes }: PolicyForm): string[] {
  if (purposes.length === 0) return [];
  const named = strong(or(purposes.map((one) => PURPOSE_WORDS[one])));
  if (isOtherPurposes) return [`für andere Zwecke als ${named}`];
  return [`für ${purposes.length === PURPOSES.length ? strong("alle Zwecke") : named}`];
}

function exceptions({ exceptKept, exceptEmergency, exceptOverride }: PolicyForm): string {
  const all = [
    ...(exceptKept
      ? [
          `Für die Transaktion gilt eine ${strong("Löschsperre")}, und der Zugriff beruht auf einer Rechtsgrundlage`,
        ]
      : []),
    ...(exceptEmergency ? [`Es ist ein ${strong("Notzugriff")}`] : []),
    ...(exceptOverride
      ? [
          `Die Öffnung ${strong("außerhalb der Zeiten ist begründet")} und stützt sich auf eine Rechtsgrundlage, die kein Prüfungsauftrag ist`,
        ]
      : []),
  ];
  return all.map((text) => `. Ausnahme: ${text}`).join("");
}

function verbOf({ action, levels }: PolicyForm): string {
  if (action === "request") return "beantragen";
  return levels.length === 1 && levels[0] === "masked" ? "sehen" : "öffnen";
}

/** Returns what is added for the support duty, as a sentence. */
function supportOf({ effect, roles, support }: PolicyForm): string {
  if (support === "no" && roles.length > 0)
    return ` Für Personen mit der Aufgabe Support gilt das ${strong("nicht")}.`;
  if (support !== "dispute") return "";
  return effect === "permit"
    ? ` Wer von ihnen auch die Aufgabe Support hat, darf das ${strong("nur für einen Streitfall")}.`
    : ` Wenn sie auch die Aufgabe Support haben, gilt das ${strong("nur bei einem Streitfall")}.`;
}

/** Returns what a rule says in German, its important words between `**`. More than `LIMITS` follow as a list. */
export function germanSentence(form: PolicyForm): string {
  const { effect, action, levels } = form;
  const who = whoOf(form);
  const limits = [...approvalsOf(form), ...daysOf(form), ...purposesOf(form), ...hoursOf(form)];
  const conditions = conditionsOf(form);
  const isList = limits.length + conditions.length > LIMITS;
  const grant = isList ? undefined : grantCondition(form);
  const act = [
    `${who.text} ${who.may}`,
    action === "open" ? objectOf(form) : askedOf(form),
    ...(isList ? [] : limits),
    ...(grant === undefined ? underGrant(form) : []),
    ...(effect === "forbid" && who.text !== strong("Niemand") ? ["nicht"] : []),
    ...(levels.length === 0 || action === "request"
      ? []
      : [strong(or(levels.map((level) => LEVELS[level])))]),
    verbOf(form),
  ].join(" ");
  const clauses = [...(grant === undefined ? [] : [grant]), ...conditions].map(whenClause);
  const when = clauses.length === 0 ? "" : `, wenn ${and(clauses)}`;
  const lead = effect === "permit" ? "Bedingungen" : "Das gilt nur, wenn alle diese Bedingungen erfüllt sind";
  const rest = isList ? `. ${lead}: ${[...limits, ...conditions.map(listItem)].join("; ")}` : when;
  return `${act}${rest}${exceptions(form)}.${supportOf(form)}`;
}
