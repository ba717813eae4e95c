import type { GrantFacts, OpeningFacts, SubjectFacts } from "@/lib/access/rules/facts";
import { isOwnRecord, isSupport } from "@/lib/access/rules/floor";
import { ageDays } from "@/lib/access/rules/limits";
import type { OfficeQuestion, OpenQuestion, PolicyPrincipal, RequestQuestion } from "@/lib/context/policies";
import { isOpen, localTime } from "@/lib/organisations/hours";
import type { GroupName, Level } from "@/lib/vocabulary";

/** Longer ago than any rule asks, and never. */
const LONG_AGO_MINUTES = 10_000_000;

/** Returns the reader as policies see them. */
export function principalOf(
  subject: Pick<SubjectFacts, "role" | "duties" | "organisationId">,
): PolicyPrincipal {
  const { role, duties, organisationId: organisation } = subject;
  return { role, organisation, duties: duties.toSorted(), isSupport: isSupport(subject) };
}

/** A zone that the platform does not know reads as a closed holiday. */
function officeOf({ office, now }: OpeningFacts): OfficeQuestion & { readonly day: number } {
  const { weeklyHours, zone, holidays } = office;
  const local = localTime(zone, now);
  const date = local?.date ?? now.toISOString().slice(0, 10);
  return {
    day: Number(date.replaceAll("-", "")),
    setsHours: weeklyHours !== undefined,
    isOpen: weeklyHours !== undefined && isOpen(weeklyHours, office, now),
    weekday: Number(local?.weekday ?? 7),
    minute: Math.floor((local?.secondOfDay ?? 0) / 60),
    isHoliday: local === undefined || holidays.includes(date),
  };
}

function factorMinutesOf({ subject, now }: OpeningFacts): number {
  const { proof } = subject;
  if (proof.kind !== "session") return 0;
  const last = proof.multiFactorAt ?? proof.provedAt;
  const minutes = Math.floor((now.getTime() - last.getTime()) / 60_000);
  return minutes >= 0 ? Math.min(minutes, LONG_AGO_MINUTES) : LONG_AGO_MINUTES;
}

/** Returns what the grant rests on. */
export function grantKind(grant: GrantFacts): "request" | "dispute" | "emergency" {
  if (grant.dispute !== undefined) return "dispute";
  return grant.breakGlass === undefined ? "request" : "emergency";
}

function grantOf(grant: GrantFacts) {
  const approvals = new Set(grant.approvals.map(({ approverUserId }) => approverUserId)).size;
  return { kind: grantKind(grant), level: grant.level, approvals, viewsUsed: grant.viewsUsed };
}

/** Returns the question for one group at one level, without the group and the level. Pure. */
export function openQuestions(
  facts: OpeningFacts,
): (group: GroupName, level: "masked" | "full") => OpenQuestion {
  const { record, grant, now } = facts;
  const { day, ...office } = officeOf(facts);
  const isHeld = record.holdUntil !== undefined && now < record.holdUntil;
  const { retentionClass } = record;
  const isKept = retentionClass !== "standard" || isHeld;
  const authority = grant?.authorization;
  const principal = principalOf(facts.subject);
  const resource = { ageDays: ageDays(record.createdAt, now), retentionClass, isKept };
  const context = {
    purpose: facts.purpose,
    isParty: isOwnRecord(facts),
    day,
    factorMinutes: factorMinutesOf(facts),
    hasOverride: (facts.hoursOverride?.reason.trim() ?? "") !== "",
    office,
  };
  const basis = {
    ...(grant === undefined ? {} : { grant: grantOf(grant) }),
    ...(authority === undefined ? {} : { authority: { kind: authority.kind, state: authority.state } }),
  };
  return (group, level) => ({
    action: "open",
    principal,
    resource,
    context: { ...context, ...basis, group, level },
  });
}

/** Returns the question whether a request may be filed. Pure. */
export function requestQuestion(
  subject: Pick<SubjectFacts, "role" | "duties" | "organisationId">,
  purpose: string,
  level: Level,
): RequestQuestion {
  return { action: "request", principal: principalOf(subject), context: { purpose, level } };
}
