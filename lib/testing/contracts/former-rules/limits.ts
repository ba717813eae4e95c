import type { GroupName, InstrumentKind, Level, Role } from "@/lib/vocabulary";

const RETENTION_DAYS: Readonly<Record<Role, number>> = {
  regulator: 2_555,
  auditor: 1_825,
  coordinator: 3_650,
  client: 365,
  miner: 365,
  admin: 365,
};

/** Returns how many days a role may look back; day N itself is included. */
export function retentionDays(role: Role): number {
  return RETENTION_DAYS[role];
}

/** Instruments that do not reach unmasked personal data. */
const MASKING_KINDS: ReadonlySet<InstrumentKind> = new Set(["subpoena", "statutory_demand", "audit_mandate"]);
const PERSONAL_GROUPS: ReadonlySet<GroupName> = new Set(["parties", "narrative", "external_references"]);

/** Returns the highest level at which an instrument of this kind opens a group (access.md "Authorizations"). */
export function levelCap(kind: InstrumentKind, group: GroupName): Level {
  return MASKING_KINDS.has(kind) && PERSONAL_GROUPS.has(group) ? "masked" : "full";
}

const ORDER: Readonly<Record<Level, number>> = { metadata: 0, masked: 1, full: 2 };

/** Returns the lower of two levels. */
export function lowerLevel(a: Level, b: Level): Level {
  return ORDER[a] <= ORDER[b] ? a : b;
}

/** Returns the level at which one group is shown under a grant of this level and instrument. */
export function effectiveLevel(level: Level, kind: InstrumentKind | undefined, group: GroupName): Level {
  return kind === undefined ? level : lowerLevel(level, levelCap(kind, group));
}
