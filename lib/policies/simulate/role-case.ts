import type { GrantFacts, OpeningFacts, RecordFacts } from "@/lib/access/rules/facts";
import type { RoleCase } from "@/lib/policies/simulate/schema";
import type { Role } from "@/lib/vocabulary";

const HOUR_MS = 3_600_000;
const PERSON = "a person of this role";
const PARTIES: readonly Role[] = ["client", "miner"];

/** A grant for this record alone, from a request that two people approved under a court order. */
function grantFor({ purpose, level }: RoleCase, record: RecordFacts, now: Date): GrantFacts {
  const [from, until] = [-HOUR_MS, HOUR_MS].map((ms) => new Date(now.getTime() + ms)) as [Date, Date];
  return {
    ...{ id: "", requestId: "", subjectUserId: PERSON, requesterOrganisationId: "" },
    ...{ transactions: [record.transactionId], groups: record.groups, level, purpose },
    ...{ notBefore: from, notAfter: until, maxViews: 1, viewsUsed: 0, state: "active", assurance: "" },
    authorization: { id: "", kind: "court_order", state: "active", validFrom: from, validUntil: until },
    approvals: ["one", "two"].map((approver) => ({
      approverUserId: approver,
      approverOrganisationId: approver,
    })),
  };
}

/**
 * Returns the facts of any person of a role who opens a record: a party of it, or a holder of a grant that two people
 * approved under a court order. Their organisation has no hours of its own. Pure.
 */
export function factsOfRole(
  asked: RoleCase,
  record: RecordFacts,
  { now, zone, isEvaluation }: { readonly now: Date; readonly zone: string; readonly isEvaluation: boolean },
): OpeningFacts {
  const [participantId] = record.participants;
  const isParty = PARTIES.includes(asked.role);
  return {
    subject: {
      ...{ userId: PERSON, handle: "", organisationId: "", role: asked.role, duties: [], isActive: true },
      ...(isParty && participantId !== undefined ? { participantId } : {}),
      hasSecondFactor: true,
      proof: { kind: "session", sessionId: "", method: "passkey", provedAt: now, multiFactorAt: now },
    },
    office: { zone, holidays: [] },
    record,
    purpose: asked.purpose,
    ...(asked.groups === undefined ? {} : { groups: asked.groups }),
    ...(isParty ? {} : { grant: grantFor(asked, record, now) }),
    opening: "signed",
    ...(asked.reason_outside_hours ? { hoursOverride: { reason: "a reason to try" } } : {}),
    ...{ isEvaluation, now },
  };
}
