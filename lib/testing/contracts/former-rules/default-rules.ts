import type { OpeningFacts, SubjectFacts } from "@/lib/access/rules/facts";
import { isSupport } from "@/lib/access/rules/floor";
import { ageDays } from "@/lib/access/rules/limits";
import { type Reason, reason } from "@/lib/access/rules/reason";
import { isOpen, OFFICE_HOURS, type WeeklyHours } from "@/lib/organisations/hours";
import { retentionDays } from "@/lib/testing/contracts/former-rules/limits";
import type { GroupName, Role } from "@/lib/vocabulary";

const PURPOSES: Readonly<Record<Role, readonly string[]>> = {
  client: ["settlement", "dispute", "support"],
  miner: ["settlement"],
  coordinator: ["settlement", "audit", "compliance", "dispute", "support", "reporting"],
  auditor: ["audit", "compliance"],
  regulator: ["audit", "compliance"],
  admin: [],
};

/** Purposes for which a person may open or request. The duty support narrows what the role allows and adds nothing. */
export function purposesOf(subject: Pick<SubjectFacts, "role" | "duties">): readonly string[] {
  const ofRole = PURPOSES[subject.role];
  return isSupport(subject) ? ofRole.filter((purpose) => purpose === "dispute") : ofRole;
}

/** Which purposes a role, or support, may name. */
export function purposeReasons(facts: OpeningFacts): Reason[] {
  const { purpose, grant } = facts;
  // A break-glass holder may be support. The purpose of an emergency comes from its grant alone.
  if (grant?.breakGlass !== undefined && grant.purpose === purpose) return [];
  if (!purposesOf(facts.subject).includes(purpose))
    return [
      reason(
        "default.purpose",
        "access.purpose",
        `The purpose ${purpose} does not allow this for your role.`,
      ),
    ];
  if (grant !== undefined && grant.purpose !== purpose)
    return [reason("default.grant-purpose", "access.purpose", "The grant was given for another purpose.")];
  return [];
}

/** Groups that may be opened: all of the person's own record, otherwise those of the grant. */
export function permittedGroups(facts: OpeningFacts): readonly GroupName[] {
  return facts.grant === undefined ? facts.record.groups : facts.grant.groups;
}

export function groupReasons(facts: OpeningFacts): Reason[] {
  const permitted = permittedGroups(facts);
  const refused =
    facts.groups?.filter((group) => facts.grant !== undefined && !permitted.includes(group)) ?? [];
  if (refused.length === 0) return [];
  return [reason("default.groups", "access.groups", `Not permitted: ${refused.join(", ")}.`)];
}

export function levelReasons(facts: OpeningFacts): Reason[] {
  if (facts.grant?.level !== "metadata") return [];
  return [reason("default.level", "access.level", "The grant covers metadata only.")];
}

/** Day N is included. An instrument that names the record overrides a hold or a longer class. */
export function retentionReasons(facts: OpeningFacts): Reason[] {
  const { record, subject, grant, now } = facts;
  const days = retentionDays(subject.role);
  if (ageDays(record.createdAt, now) <= days) return [];
  const isKept =
    record.retentionClass !== "standard" || (record.holdUntil !== undefined && now < record.holdUntil);
  const isNamed = grant?.authorization !== undefined && grant.transactions.includes(record.transactionId);
  if (isKept && isNamed) return [];
  return [
    reason(
      "default.retention",
      "access.outside-retention",
      `The transaction is older than the ${days} days that your role may see.`,
    ),
  ];
}

/** Returns the hours that apply to this person; undefined when none do. */
export function bindingHours(facts: OpeningFacts): WeeklyHours | undefined {
  if (facts.subject.role === "auditor") return facts.office.weeklyHours ?? OFFICE_HOURS;
  return facts.subject.role === "regulator" ? facts.office.weeklyHours : undefined;
}

/** Whether office hours are closed and an override for this instrument opens them. */
export function usesOverride(facts: OpeningFacts): boolean {
  const hours = bindingHours(facts);
  if (hours === undefined || isOpen(hours, facts.office, facts.now)) return false;
  const kind = facts.grant?.authorization?.kind;
  const given = facts.hoursOverride?.reason.trim() ?? "";
  return given !== "" && kind !== undefined && kind !== "audit_mandate";
}

export function hoursReasons(facts: OpeningFacts): Reason[] {
  const hours = bindingHours(facts);
  if (hours === undefined || isOpen(hours, facts.office, facts.now) || usesOverride(facts)) return [];
  return [
    reason(
      "default.hours",
      "access.outside-hours",
      `Outside the office hours of your organisation (${facts.office.zone}).`,
    ),
  ];
}

export function viewReasons(facts: OpeningFacts): Reason[] {
  const { grant } = facts;
  if (grant === undefined || grant.viewsUsed < grant.maxViews || grant.state === "exhausted") return [];
  return [reason("default.views", "access.views-exhausted", "The grant has no views left.")];
}
