import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { type PreparedSet, preparePolicySet } from "@/lib/access/policy/engine";
import { type Example, ExampleFacts, type PolicyDocument } from "@/lib/access/policy/policy-document";
import { DEFAULT_RETENTION } from "@/lib/access/policy/retention";
import type { ActiveSet } from "@/lib/context/policies";

type Given = Pick<ExampleFacts, "role" | "purpose"> & Partial<ExampleFacts>;

function example(expect: Example["expect"], name: string, given: Given): Example {
  return { name, expect, facts: ExampleFacts.parse(given) };
}
const allow = (name: string, given: Given): Example => example("allow", name, given);
const refuse = (name: string, given: Given): Example => example("refuse", name, given);

const CLIENT: Given = { role: "client", purpose: "settlement", is_party: true };
const MINER: Given = { ...CLIENT, role: "miner" };
const AUDITOR: Given = { role: "auditor", purpose: "audit", grant: "request", authority: "court_order" };
const REGULATOR: Given = { ...AUDITOR, role: "regulator" };
const STAFF: Given = { role: "coordinator", purpose: "reporting", grant: "request" };
const SUPPORT: Given = {
  role: "coordinator",
  purpose: "dispute",
  is_support: true,
  grant: "dispute",
  level: "masked",
};
const GLASS: Given = { role: "coordinator", purpose: "compliance", grant: "emergency", level: "masked" };
const KEPT = { is_kept: true, authority: "court_order" } as const;

/** Examples by policy: at each bound one that is allowed and one that is refused. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  "client-own": [
    allow("A client opens their own transaction to settle it", CLIENT),
    allow("A client opens their own transaction for a dispute", { ...CLIENT, purpose: "dispute" }),
    allow("A client opens their own transaction for support", { ...CLIENT, purpose: "support" }),
    refuse("A client has no audits", { ...CLIENT, purpose: "audit" }),
    refuse("A client opens no transaction of others", { ...CLIENT, is_party: false }),
    refuse("A client who is support opens nothing to settle it", { ...CLIENT, is_support: true }),
    allow("A client who is support opens their dispute", { ...CLIENT, purpose: "dispute", is_support: true }),
    refuse("Other roles have no transactions of their own", { ...CLIENT, role: "admin", purpose: "dispute" }),
  ],
  "miner-own": [
    allow("A miner opens their own transaction to settle it", MINER),
    refuse("A miner opens nothing for a dispute", { ...MINER, purpose: "dispute" }),
    refuse("A miner opens no transaction of others", { ...MINER, is_party: false }),
    refuse("A miner who is support opens nothing", { ...MINER, is_support: true }),
    refuse("Other roles have no transactions of their own", { ...MINER, role: "admin" }),
  ],
  "regulator-grant": [
    allow("A regulator opens for an audit under a grant", REGULATOR),
    allow("A regulator opens for compliance under a grant", { ...REGULATOR, purpose: "compliance" }),
    refuse("A regulator opens nothing for reporting", { ...REGULATOR, purpose: "reporting" }),
    refuse("A regulator opens nothing without a grant", { ...REGULATOR, grant: null }),
    refuse("A dispute gives a regulator nothing", { ...REGULATOR, grant: "dispute" }),
    refuse("A regulator who is support opens nothing", { ...REGULATOR, is_support: true }),
    refuse("An administrator opens nothing", { ...REGULATOR, role: "admin" }),
  ],
  "auditor-grant": [
    allow("An auditor opens for an audit under a grant", AUDITOR),
    allow("An auditor opens for compliance under a grant", { ...AUDITOR, purpose: "compliance" }),
    refuse("An auditor opens nothing for settlement", { ...AUDITOR, purpose: "settlement" }),
    refuse("An auditor opens nothing without a grant", { ...AUDITOR, grant: null }),
    refuse("An emergency gives an auditor nothing", { ...AUDITOR, grant: "emergency" }),
    refuse("An auditor who is support opens nothing", { ...AUDITOR, is_support: true }),
    refuse("An administrator opens nothing", { ...AUDITOR, role: "admin" }),
  ],
  "coordinator-grant": [
    ...(["settlement", "audit", "compliance", "dispute", "support", "reporting"] as const).map((purpose) =>
      allow(`Staff open for ${purpose} under a grant`, { ...STAFF, purpose }),
    ),
    refuse("Staff open nothing without a grant", { ...STAFF, grant: null }),
    refuse("A dispute gives other staff nothing", { ...STAFF, grant: "dispute" }),
    refuse("Support is no ordinary staff", { ...STAFF, purpose: "dispute", is_support: true }),
  ],
  "support-dispute": [
    allow("Support sees a dispute masked", SUPPORT),
    refuse("Support sees no dispute in full", { ...SUPPORT, level: "full" }),
    refuse("Support has no audits", { ...SUPPORT, purpose: "audit" }),
    refuse("Support sees nothing without a grant", { ...SUPPORT, grant: null }),
    refuse("Other staff see no dispute of a party", { ...SUPPORT, is_support: false }),
    refuse("Support is for staff", { ...SUPPORT, role: "admin" }),
  ],
  emergency: [
    allow("Emergency access is masked", GLASS),
    refuse("Emergency access is never full", { ...GLASS, level: "full" }),
    refuse("Emergency access needs its own grant", { ...GLASS, purpose: "other", grant: "request" }),
    refuse("Emergency access is for staff", { ...GLASS, role: "admin" }),
  ],
  "masked-by-instrument": [
    allow("A subpoena shows amounts in full", { ...REGULATOR, authority: "subpoena" }),
    allow("A court order shows parties in full", { ...REGULATOR, group: "parties" }),
    allow("A grant without an instrument shows parties in full", { ...STAFF, group: "parties" }),
    ...(["subpoena", "statutory_demand", "audit_mandate"] as const).flatMap((authority) => [
      refuse(`A ${authority} shows no parties in full`, { ...REGULATOR, authority, group: "parties" }),
      refuse(`A ${authority} shows no narrative in full`, { ...REGULATOR, authority, group: "narrative" }),
      refuse(`A ${authority} shows no external references in full`, {
        ...REGULATOR,
        authority,
        group: "external_references",
      }),
      allow(`A ${authority} shows parties masked`, {
        ...REGULATOR,
        authority,
        group: "parties",
        level: "masked",
      }),
    ]),
  ],
  "age-regulator": ages(REGULATOR, 2_555),
  "age-auditor": ages(AUDITOR, 1_825),
  "age-coordinator": ages(STAFF, 3_650),
  "age-party": [...ages(CLIENT, 365), ...ages(MINER, 365)],
  "hours-auditor": [
    allow("Monday is an office day", { ...AUDITOR, weekday: 1 }),
    allow("Friday is an office day", { ...AUDITOR, weekday: 5 }),
    refuse("Saturday is none", { ...AUDITOR, weekday: 6 }),
    refuse("Sunday is none", { ...AUDITOR, weekday: 7 }),
    allow("The office opens at 9:00", { ...AUDITOR, minute: 540 }),
    refuse("It is closed at 8:59", { ...AUDITOR, minute: 539 }),
    allow("It is open at 16:59", { ...AUDITOR, minute: 1_019 }),
    refuse("It closes at 17:00", { ...AUDITOR, minute: 1_020 }),
    refuse("It is closed on holidays", { ...AUDITOR, is_holiday: true }),
    allow("An organisation's own hours come first", {
      ...AUDITOR,
      minute: 0,
      sets_hours: true,
      is_open: true,
    }),
    allow("A court order overrides them", { ...AUDITOR, minute: 0, has_override: true }),
    refuse("An audit mandate does not", {
      ...AUDITOR,
      minute: 0,
      has_override: true,
      authority: "audit_mandate",
    }),
    refuse("An override needs an instrument", { ...AUDITOR, minute: 0, has_override: true, authority: null }),
    allow("Other roles have no such hours", { ...REGULATOR, minute: 0, weekday: 7 }),
  ],
  "hours-own": [AUDITOR, REGULATOR].flatMap((who) => [
    allow(`Own hours that are open let an ${who.role} open`, { ...who, sets_hours: true, is_open: true }),
    refuse(`Own hours that are closed stop a ${who.role}`, { ...who, sets_hours: true }),
    allow(`A court order overrides them for a ${who.role}`, { ...who, sets_hours: true, has_override: true }),
    refuse(`An audit mandate does not, for a ${who.role}`, {
      ...{ ...who, sets_hours: true, has_override: true },
      authority: "audit_mandate",
    }),
    refuse(`An override of a ${who.role} needs an instrument`, {
      ...{ ...who, sets_hours: true, has_override: true },
      authority: null,
    }),
    allow("Staff have no such hours", { ...STAFF, sets_hours: true }),
  ]),
  "request-officer": (["regulator", "auditor"] as const).flatMap((role) => [
    allow(`A ${role} asks for an audit`, { action: "request", role, purpose: "audit" }),
    allow(`A ${role} asks for compliance`, { action: "request", role, purpose: "compliance" }),
    refuse(`A ${role} asks for no settlement`, { action: "request", role, purpose: "settlement" }),
    refuse(`A ${role} who is support asks for nothing`, {
      ...{ action: "request", role, purpose: "audit" },
      is_support: true,
    }),
    refuse("A client asks for nothing", { action: "request", role: "client", purpose: "audit" }),
  ]),
  "request-coordinator": [
    ...(["settlement", "audit", "compliance", "dispute", "support", "reporting"] as const).map((purpose) =>
      allow(`Staff ask for ${purpose}`, { action: "request", role: "coordinator", purpose }),
    ),
    refuse("Support does not ask for audits", {
      ...{ action: "request", role: "coordinator", purpose: "audit" },
      ...{ is_support: true, level: "masked" },
    }),
    refuse("Staff ask for known purposes only", { action: "request", role: "coordinator", purpose: "other" }),
  ],
  "request-support": [
    allow("Support asks for a dispute, masked", {
      ...{ action: "request", role: "coordinator", purpose: "dispute" },
      ...{ is_support: true, level: "masked" },
    }),
    refuse("Support asks for nothing in full", {
      ...{ action: "request", role: "coordinator", purpose: "dispute" },
      is_support: true,
    }),
    refuse("Support asks for no audit", {
      ...{ action: "request", role: "coordinator", purpose: "audit" },
      ...{ is_support: true, level: "masked" },
    }),
    refuse("Support of an agency asks for no dispute", {
      ...{ action: "request", role: "regulator", purpose: "dispute" },
      ...{ is_support: true, level: "masked" },
    }),
  ],
};

function ages(who: Given, days: number): Example[] {
  const { role } = who;
  return [
    allow(`A ${role} looks back ${days} days`, { ...who, age_days: days }),
    refuse(`A ${role} does not look back ${days + 1} days`, { ...who, age_days: days + 1 }),
    allow(`A kept transaction that an instrument names opens for a ${role}`, {
      ...{ ...who, ...KEPT },
      age_days: days + 1,
    }),
    refuse(`A kept transaction alone does not open for a ${role}`, {
      ...{ ...who, ...KEPT },
      authority: null,
      age_days: days + 1,
    }),
    refuse(`An instrument alone does not open an old transaction for a ${role}`, {
      ...{ ...who, ...KEPT },
      is_kept: false,
      age_days: days + 1,
    }),
  ];
}

/** The policy set of a new instance: version 1. */
export const DEFAULT_DOCUMENT: PolicyDocument = {
  format: 1,
  policies: Object.entries(DEFAULT_POLICIES).map(([id, text]) => ({
    id,
    text,
    examples: [...(EXAMPLES[id] ?? [])],
  })),
  settings: {
    quorums: { legal: 1, coordinator: 1 },
    grants: { max_views: 10_000, max_exports: 100, max_days: 3_650 },
    review_days: 10,
    retention: DEFAULT_RETENTION,
  },
};

let prepared: (PreparedSet & ActiveSet) | undefined;

/** Returns the default set, which is version 1 of a new instance, prepared once in a process. */
export function defaultSet(): PreparedSet & ActiveSet {
  prepared ??= { ...preparePolicySet(DEFAULT_DOCUMENT), number: 1 };
  return prepared;
}
