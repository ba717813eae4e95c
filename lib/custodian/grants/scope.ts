import "server-only";
import { parseSeconds } from "@/lib/crypto/instant";
import { refuse } from "@/lib/custodian/refused";
import type { AuthorizationRecord, RosterPerson } from "@/lib/escrow/protocol/messages";
import { type DecisionStatement, recordDigest, validityTime } from "@/lib/escrow/protocol/statements";
import { GroupName, type Level } from "@/lib/vocabulary";

/** The scope of a grant after all decisions and the authorization have narrowed it. */
export interface EffectiveScope {
  readonly transactions: string[];
  readonly groups: GroupName[];
  readonly masked_groups: GroupName[];
  readonly level: Level;
  readonly not_before: string;
  readonly not_after: string;
  readonly max_views: number;
}

/** The scope in a statement that leads to a grant. */
export type Scoped = Pick<
  DecisionStatement,
  "transactions" | "groups" | "level" | "not_before" | "not_after" | "max_views"
>;

const LEVELS: readonly Level[] = ["metadata", "masked", "full"];
const PERSONAL: readonly GroupName[] = ["parties", "narrative", "external_references"];
/** Instruments that never show personal groups unmasked (access.md "Authorizations"). */
const CAPPED: readonly AuthorizationRecord["kind"][] = ["subpoena", "statutory_demand", "audit_mandate"];

export function levelRank(level: Level): number {
  return LEVELS.indexOf(level);
}

function intersection<T>(lists: readonly (readonly T[])[]): T[] {
  const [first = [], ...rest] = lists;
  return first.filter((value) => rest.every((list) => list.includes(value)));
}

/** Returns the milliseconds of a time of validity in a statement. */
export function instantOf(text: string): number {
  try {
    return parseSeconds(text);
  } catch {
    return refuse("format", "A time of validity does not exist.");
  }
}

const YEAR_0001_MS = Date.parse("0001-01-01T00:00:00Z");
const YEAR_10000_MS = Date.parse("+010000-01-01T00:00:00Z");

/** Returns the end of validity in the record: an RFC 3339 time, or a day, which ends at its end in UTC. */
function recordInstant(text: string, isEnd: boolean): number {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const at = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  const end = isDay && isEnd ? at + 86_400_000 : at;
  // A year outside 0001 to 9999 is written in another form, which a statement cannot contain.
  if (!(at >= YEAR_0001_MS && end < YEAR_10000_MS))
    return refuse("authorization", "The authorization's validity cannot be read.");
  return end;
}

function maskedGroups(
  groups: readonly GroupName[],
  level: Level,
  record: AuthorizationRecord | undefined,
): GroupName[] {
  if (level === "masked") return [...groups];
  if (record === undefined || !CAPPED.includes(record.kind)) return [];
  return groups.filter((group) => PERSONAL.includes(group));
}

/** Limits support staff to masked fields, whatever was decided. */
function cappedLevel(decisions: readonly Scoped[], requester: RosterPerson): Level {
  const lowest = decisions.map(({ level }) => level).reduce((a, b) => (levelRank(b) < levelRank(a) ? b : a));
  return requester.duties.includes("support") && lowest === "full" ? "masked" : lowest;
}

/** Returns the intersection of all decisions with the earliest end and the smallest budget, within the authorization. */
export function effectiveScope(
  decisions: readonly Scoped[],
  requester: RosterPerson,
  record: AuthorizationRecord | undefined,
): EffectiveScope {
  const transactions = intersection(decisions.map((decision) => decision.transactions));
  const groups = intersection(decisions.map((decision) => decision.groups)).map((group) =>
    GroupName.parse(group),
  );
  const level = cappedLevel(decisions, requester);
  if (transactions.length === 0) refuse("scope", "No transaction is in all decisions.");
  if (groups.length === 0) refuse("groups", "No group is in all decisions.");
  if (level === "metadata") refuse("level", "Metadata needs no opening.");
  const starts = decisions.map((decision) => instantOf(decision.not_before));
  const ends = decisions.map((decision) => instantOf(decision.not_after));
  if (record !== undefined) {
    starts.push(recordInstant(record.valid_from, false));
    ends.push(recordInstant(record.valid_until, true));
  }
  const [start, end] = [Math.max(...starts), Math.min(...ends)];
  if (start >= end) refuse("dates", "Decisions and authorization have no time in common.");
  return {
    transactions: transactions.sort(),
    groups: groups.sort(),
    masked_groups: maskedGroups(groups, level, record).sort(),
    level,
    not_before: validityTime(new Date(start)),
    not_after: validityTime(new Date(end)),
    max_views: Math.min(...decisions.map((decision) => decision.max_views)),
  };
}

/** Purposes that need a legal authority for every requester. Regulators and auditors need one for every purpose. */
const AUTHORIZED_PURPOSES: readonly string[] = ["audit", "compliance", "reporting"];
const OFFICERS: readonly string[] = ["regulator", "auditor"];

/** Checks that the submitted legal authority is the signed one, and that it is present where one is needed. */
export function checkAuthorization(
  signed: Pick<DecisionStatement, "authorization" | "purpose">,
  requester: RosterPerson,
  record: AuthorizationRecord | undefined,
): void {
  const isOfficer = requester.role !== undefined && OFFICERS.includes(requester.role);
  if (signed.authorization === undefined) {
    if (isOfficer || AUTHORIZED_PURPOSES.includes(signed.purpose)) {
      refuse("authorization", "The decisions name no legal authority.");
    }
    if (record !== undefined)
      refuse("authorization", "The decisions name no authorization, but one was given.");
    return;
  }
  if (record === undefined) refuse("authorization", "The authorization's record is missing.");
  if (recordDigest(record) !== signed.authorization) {
    refuse("authorization", "The authorization does not match the decisions.");
  }
}
