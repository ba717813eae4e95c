import type { Remaining } from "@/lib/access/decisions/narrowing";
import type { RecordRow } from "@/lib/access/review/store";
import { decideOpening } from "@/lib/access/rules/decide";
import type { GrantFacts, SubjectFacts } from "@/lib/access/rules/facts";
import { shownLevel } from "@/lib/access/rules/purposes";
import type { Reason } from "@/lib/access/rules/reason";
import type { DecidingSet } from "@/lib/context/policies";
import type { OfficeFacts } from "@/lib/organisations/hours";
import { GroupName, type Level } from "@/lib/vocabulary";

/** A record, with the end of the hold that the officer knows of. */
type PreviewRecord = RecordRow & { readonly holdUntil: Date | undefined };

/** The grant as it would be now. */
export interface PreviewInput {
  readonly officer: SubjectFacts;
  readonly office: OfficeFacts;
  readonly records: readonly PreviewRecord[];
  readonly asked: readonly GroupName[];
  readonly remaining: Remaining;
  readonly level: Level;
  readonly purpose: string;
  readonly requestId: string;
  readonly authorization: GrantFacts["authorization"];
  readonly isEvaluation: boolean;
  readonly now: Date;
  readonly policies: DecidingSet;
}

export interface PreviewGroup {
  readonly group: GroupName;
  readonly outcome: Level | "refused" | "narrowed" | "not_asked";
  readonly reasons: string[];
}

export interface Preview {
  readonly groups: PreviewGroup[];
  /** Number of transactions of which something may be opened. */
  readonly open: ReadonlySet<string>;
  readonly conditions: string[];
}

/** Refused only at certain hours: the reviewer sees this, and the group does not count as refused. */
const PASSING = new Set(["default.hours"]);

/**
 * Returns the grant as it would be after both approvals: in force, with views left, approved by two people of another
 * organisation.
 */
function grantOf(input: PreviewInput): GrantFacts {
  const { remaining, officer, now } = input;
  const approver = (name: string) => ({ approverUserId: name, approverOrganisationId: name });
  return {
    id: input.requestId,
    requestId: input.requestId,
    subjectUserId: officer.userId,
    requesterOrganisationId: officer.organisationId,
    transactions: remaining.transactions,
    groups: remaining.groups,
    level: input.level,
    purpose: input.purpose,
    notBefore: now,
    notAfter: new Date(Math.max(remaining.notAfter.getTime(), now.getTime() + 1)),
    maxViews: remaining.maxViews,
    viewsUsed: 0,
    state: "active",
    assurance: "",
    ...(input.authorization === undefined
      ? {}
      : { authorization: { ...input.authorization, state: "approved" as const } }),
    approvals: [approver("first"), approver("second")],
  };
}

function decideGroup(input: PreviewInput, grant: GrantFacts, record: PreviewRecord, group: GroupName) {
  const facts = {
    subject: input.officer,
    office: input.office,
    record: {
      transactionId: record.id,
      participants: record.participants,
      submitter: record.submitter,
      createdAt: record.createdAt,
      groups: record.groups,
      retentionClass: record.retentionClass,
      ...(record.holdUntil === undefined ? {} : { holdUntil: record.holdUntil }),
    },
    purpose: input.purpose,
    groups: [group],
    grant,
    opening: "signed" as const,
    isEvaluation: input.isEvaluation,
    now: input.now,
  };
  return decideOpening(facts, input.policies);
}

interface Verdict {
  readonly record: string;
  readonly level: Level | undefined;
  readonly reasons: readonly Reason[];
}

function verdictOf(input: PreviewInput, grant: GrantFacts, record: PreviewRecord, group: GroupName): Verdict {
  const answer = decideGroup(input, grant, record, group);
  if (answer.isAllowed) return { record: record.id, level: answer.levels[group], reasons: [] };
  const lasting = answer.reasons.filter(({ id }) => !PASSING.has(id));
  const terms = { level: input.level, purpose: input.purpose, instrument: input.authorization?.kind };
  const level = shownLevel(terms, group, input.policies, input.officer);
  return { record: record.id, level: lasting.length === 0 ? level : undefined, reasons: answer.reasons };
}

function groupOf(input: PreviewInput, group: GroupName, verdicts: readonly Verdict[]): PreviewGroup {
  if (!input.asked.includes(group)) return { group, outcome: "not_asked", reasons: [] };
  if (!input.remaining.groups.includes(group)) return { group, outcome: "narrowed", reasons: [] };
  const ids = new Set(verdicts.flatMap(({ reasons }) => reasons.map(({ id }) => id)));
  const reasons = [...ids].filter((id) => !PASSING.has(id)).sort();
  const level = verdicts.find((verdict) => verdict.level !== undefined)?.level;
  return { group, outcome: level ?? "refused", reasons };
}

/**
 * Returns what the rules would let the officer open, group by group, if the remaining scope were granted now. The
 * function that decides openings decides this too, with an assumed fresh proof and signed statement. Pure.
 */
export function previewPolicy(input: PreviewInput): Preview {
  const grant = grantOf(input);
  const records = input.records.filter((record) => input.remaining.transactions.includes(record.id));
  const open = new Set<string>();
  const conditions = new Set<string>();
  const groups = GroupName.options.map((group) => {
    const verdicts = input.remaining.groups.includes(group)
      ? records.map((record) => verdictOf(input, grant, record, group))
      : [];
    for (const { record, level, reasons } of verdicts) {
      if (level !== undefined) open.add(record);
      for (const { id } of reasons) if (PASSING.has(id)) conditions.add(id);
    }
    return groupOf(input, group, verdicts);
  });
  return { groups, open, conditions: [...conditions].sort() };
}
