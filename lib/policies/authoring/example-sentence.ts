import type { ExampleFacts } from "@/lib/access/policy/policy-document";
import { formatCount, type Locale } from "@/lib/format";
import { clock } from "./segments";
import { GRANTS, GROUPS, LEVELS, PURPOSE_WORDS, WEEKDAYS } from "./words-de";

/** Words of one language for the facts of an example. */
interface FactWords {
  readonly roles: Readonly<Record<ExampleFacts["role"], string>>;
  readonly support: string;
  readonly groups: Readonly<Record<ExampleFacts["group"], string>>;
  readonly levels: Readonly<Record<ExampleFacts["level"], string>>;
  readonly purposes: Readonly<Record<string, string>>;
  readonly grants: Readonly<Record<"request" | "dispute" | "emergency", string>>;
  readonly instruments: Readonly<Record<NonNullable<ExampleFacts["authority"]>, string>>;
  readonly weekdays: readonly string[];
  readonly opens: (who: string, what: string, level: string, purpose: string) => string;
  readonly requests: (who: string, level: string, purpose: string) => string;
  readonly party: string;
  readonly noGrant: string;
  readonly days: (count: string) => string;
  readonly kept: string;
  readonly holiday: string;
  readonly ownOpen: string;
  readonly ownClosed: string;
  readonly override: string;
  readonly factor: (count: string) => string;
  readonly quoted: (word: string) => string;
}

const EN: FactWords = {
  roles: {
    client: "Client",
    miner: "Provider",
    coordinator: "Coordinator",
    auditor: "Auditor",
    regulator: "Regulator",
    admin: "Administrator",
  },
  support: "with the support duty",
  groups: {
    amount: "amount",
    pricing: "pricing",
    settlement_details: "settlement details",
    parties: "parties",
    narrative: "narrative",
    external_references: "external references",
  },
  levels: { masked: "masked", full: "in full" },
  purposes: {
    settlement: "settlement",
    audit: "an audit",
    compliance: "compliance",
    dispute: "a dispute",
    support: "support",
    reporting: "reporting",
  },
  grants: { request: "grant from a request", dispute: "grant from a dispute", emergency: "emergency access" },
  instruments: {
    court_order: "court order",
    subpoena: "subpoena",
    warrant: "warrant",
    statutory_demand: "statutory demand",
    audit_mandate: "audit mandate",
    epoc: "EPOC",
  },
  weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  opens: (who, what, level, purpose) => `${who}: ${what} ${level} for ${purpose}`,
  requests: (who, level, purpose) => `${who}: request ${level} for ${purpose}`,
  party: "own transaction",
  noGrant: "no grant",
  days: (count) => `transaction ${count} days old`,
  kept: "legal hold",
  holiday: "public holiday",
  ownOpen: "own hours open",
  ownClosed: "own hours closed",
  override: "reason for outside hours",
  factor: (count) => `second factor ${count} minutes ago`,
  quoted: (word) => `“${word}”`,
};

const DE: FactWords = {
  roles: {
    client: "Kunde",
    miner: "Anbieter",
    coordinator: "Koordination",
    auditor: "Revision",
    regulator: "Aufsicht",
    admin: "Administration",
  },
  support: "mit der Aufgabe Support",
  groups: GROUPS,
  levels: { masked: LEVELS.masked, full: LEVELS.full },
  purposes: PURPOSE_WORDS,
  grants: { request: GRANTS.request, dispute: GRANTS.dispute, emergency: "Notzugriff" },
  instruments: {
    court_order: "Gerichtsbeschluss",
    subpoena: "Vorlageanordnung (Subpoena)",
    warrant: "Durchsuchungsbeschluss",
    statutory_demand: "gesetzliches Auskunftsverlangen",
    audit_mandate: "Prüfungsauftrag",
    epoc: "EPOC",
  },
  weekdays: WEEKDAYS,
  opens: (who, what, level, purpose) => `${who}: ${what} ${level} für ${purpose}`,
  requests: (who, level, purpose) => `${who}: Antrag, ${level}, für ${purpose}`,
  party: "eigene Transaktion",
  noGrant: "keine Freigabe",
  days: (count) => `Transaktion ${count} Tage alt`,
  kept: "Löschsperre",
  holiday: "Feiertag",
  ownOpen: "eigene Zeiten geöffnet",
  ownClosed: "eigene Zeiten geschlossen",
  override: "Begründung außerhalb der Zeiten",
  factor: (count) => `zweiter Faktor vor ${count} Minuten`,
  quoted: (word) => `„${word}“`,
};

function circumstances(facts: ExampleFacts, words: FactWords, locale: Locale): string[] {
  const { grant, authority, weekday, minute } = facts;
  const count = (value: number): string => formatCount(value, locale);
  return [
    ...(facts.is_party ? [words.party] : []),
    ...(grant === null ? (facts.is_party ? [] : [words.noGrant]) : [words.grants[grant]]),
    ...(authority === null ? [] : [words.instruments[authority]]),
    ...(facts.age_days > 1 ? [words.days(count(facts.age_days))] : []),
    ...(facts.is_kept ? [words.kept] : []),
    `${words.weekdays[weekday - 1] ?? ""} ${clock(minute)}`,
    ...(facts.is_holiday ? [words.holiday] : []),
    ...(facts.sets_hours ? [facts.is_open ? words.ownOpen : words.ownClosed] : []),
    ...(facts.has_override ? [words.override] : []),
    ...(facts.factor_minutes > 1 ? [words.factor(count(facts.factor_minutes))] : []),
  ];
}

/** Returns the facts of an example as one line, without what an ordinary case has. */
export function exampleLine(facts: ExampleFacts, locale: Locale): string {
  const words = locale === "de" ? DE : EN;
  const role = words.roles[facts.role];
  const who = facts.is_support ? `${role} ${words.support}` : role;
  const purpose = words.purposes[facts.purpose] ?? words.quoted(facts.purpose);
  const level = words.levels[facts.level];
  if (facts.action === "request") return words.requests(who, level, purpose);
  const what = words.opens(who, words.groups[facts.group], level, purpose);
  return [what, ...circumstances(facts, words, locale)].join(", ");
}
