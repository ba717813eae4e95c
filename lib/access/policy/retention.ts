import { z } from "zod";
import type { EntryClass } from "@/lib/audit/entry/event";
import type { Role } from "@/lib/vocabulary";

/** The days that no policy set may go below, and why. The database has the same (`audit_retention_minimum`). */
export interface Minimum {
  readonly days: number;
  readonly reason: string;
}

const CLAIMS: Minimum = {
  days: 1_461,
  reason:
    "claims after a disclosure lapse three years after the end of its year at the earliest (BGB sections 195 and 199)",
};
const PROOF: Minimum = {
  days: 1_461,
  reason: "it is needed to check the entries about disclosures, which are kept that long",
};
const YEAR: Minimum = { days: 365, reason: "a yearly audit must find the whole year" };
const RECORDS: Minimum = { days: 365, reason: "parties can open their transactions for a year" };

/** By class of entry. */
export const CLASS_MINIMUMS: Readonly<Record<EntryClass, Minimum>> = {
  transaction: CLAIMS,
  disclosure: CLAIMS,
  access: CLAIMS,
  key: PROOF,
  policy: PROOF,
  identity: YEAR,
  admin: YEAR,
  export: CLAIMS,
  retention: PROOF,
  log: PROOF,
};

/** By role of the person whose key to their data in the log is kept. */
export const ROLE_MINIMUMS: Readonly<Record<Role, Minimum>> = {
  regulator: CLAIMS,
  auditor: CLAIMS,
  coordinator: CLAIMS,
  client: RECORDS,
  miner: RECORDS,
  admin: YEAR,
};

/** Ten years is the longest period after which claims lapse (BGB section 199): names are not kept longer. */
const MOST_ROLE_DAYS = 3_650;
/** A century, as the database. Entries hold no names in the open, so they may be kept for long. */
const MOST_CLASS_DAYS = 36_525;

const classDays = z.int().min(1).max(MOST_CLASS_DAYS);
const roleDays = z
  .int()
  .min(1)
  .max(MOST_ROLE_DAYS, {
    error: `Names are kept for at most ${MOST_ROLE_DAYS} days, the longest period of claims`,
  });
const aClass = classDays.optional();
const aRole = roleDays.optional();

const Periods = {
  classes: z.strictObject({
    /** All classes that are not named. */
    "*": classDays,
    ...{ transaction: aClass, disclosure: aClass, access: aClass, key: aClass, policy: aClass },
    ...{ identity: aClass, admin: aClass, export: aClass, retention: aClass, log: aClass },
  }),
  roles: z.strictObject({
    /** All roles that are not named. */
    "*": roleDays,
    ...{ regulator: aRole, auditor: aRole, coordinator: aRole, client: aRole, miner: aRole, admin: aRole },
  }),
};

type Days = Readonly<Partial<Record<string, number>>> & { readonly "*": number };

/** Returns each name that is kept for too short a time: its place in the document, and the sentence. */
function tooShort(days: Days, minimums: Readonly<Record<string, Minimum>>, what: string) {
  return Object.entries(minimums).flatMap(([name, { days: least, reason }]) => {
    const kept = days[name] ?? days["*"];
    if (kept >= least) return [];
    const place = days[name] === undefined ? "*" : name;
    return [{ place, message: `${what} ${name}: ${kept} days; at least ${least}, because ${reason}` }];
  });
}

/** How long the log keeps entries by class, and the keys to people's data in it by role. */
export const RetentionSettings = z.strictObject(Periods).superRefine(({ classes, roles }, context) => {
  const faults = [
    ...tooShort(classes, CLASS_MINIMUMS, "Entries of class").map((one) => ({ ...one, kind: "classes" })),
    ...tooShort(roles, ROLE_MINIMUMS, "People of role").map((one) => ({ ...one, kind: "roles" })),
  ];
  for (const { kind, place, message } of faults)
    context.addIssue({ code: "custom", path: [kind, place], message });
});
export type RetentionSettings = z.infer<typeof RetentionSettings>;

/** The periods of a new instance. */
export const DEFAULT_RETENTION: RetentionSettings = {
  classes: { "*": 2_555 },
  roles: { "*": 365, auditor: 1_825, coordinator: 3_650, regulator: 2_555 },
};

/** A period that two documents have otherwise. `*` is all names that the second document does not name. */
export interface PeriodChange {
  readonly kind: "class" | "role";
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

function changesOf(kind: PeriodChange["kind"], before: Days, after: Days): PeriodChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const change = { kind, name, before: before[name] ?? before["*"], after: after[name] ?? after["*"] };
    return change.before === change.after ? [] : [change];
  });
}

/** Returns the periods that differ, by kind and name. */
export function comparePeriods(before: RetentionSettings, after: RetentionSettings): PeriodChange[] {
  return [
    ...changesOf("class", before.classes, after.classes),
    ...changesOf("role", before.roles, after.roles),
  ];
}
