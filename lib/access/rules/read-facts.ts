import type { GrantFacts, OpeningFacts, SubjectFacts } from "@/lib/access/rules/facts";
import { RecordedFacts } from "@/lib/access/rules/recorded-schema";
import type { OfficeFacts } from "@/lib/organisations/hours";

type RecordedGrant = NonNullable<RecordedFacts["grant"]>;

// Ids that entries do not have. They are the same wherever the recorded facts say that two are the same.
const READER = "reader";
const RECORD = "record";
const OWN_PARTICIPANT = "own";

function subjectOf({ reader }: RecordedFacts): SubjectFacts {
  const { proof } = reader;
  return {
    userId: READER,
    handle: READER,
    organisationId: reader.organisation,
    participantId: OWN_PARTICIPANT,
    role: reader.role,
    duties: reader.duties,
    isActive: reader.active,
    hasSecondFactor: reader.second_factor,
    proof:
      "signed" in proof
        ? { kind: "api-key", keyId: "", prefix: "", signed: proof.signed }
        : {
            kind: "session",
            sessionId: "",
            method: "passkey",
            provedAt: new Date(proof.proved_at),
            ...(proof.factor_at === undefined ? {} : { multiFactorAt: new Date(proof.factor_at) }),
          },
  };
}

function officeOf({ office }: RecordedFacts): OfficeFacts {
  const { zone, holidays, hours } = office;
  if (hours === undefined) return { zone, holidays };
  const days = hours.map((text) => text.split(" "));
  return {
    zone,
    holidays,
    weeklyHours: Object.fromEntries(days.map(([day = "", from = "", to = ""]) => [day, [from, to]])),
  };
}

function authorityOf({ authority }: RecordedGrant): Pick<GrantFacts, "authorization"> {
  if (authority === undefined) return {};
  const { kind, state, from, until } = authority;
  return {
    authorization: { id: "", kind, state, validFrom: new Date(from), validUntil: new Date(until) },
  };
}

function restsOn({ dispute, emergency }: RecordedGrant): Pick<GrantFacts, "dispute" | "breakGlass"> {
  return {
    ...(dispute === undefined
      ? {}
      : {
          dispute: {
            id: "",
            isLive: dispute.live,
            takenBy: dispute.taken_by,
            partyOrganisations: dispute.parties,
          },
        }),
    ...(emergency === undefined ? {} : { breakGlass: { id: "", partyOrganisations: emergency.parties } }),
  };
}

function grantOf(grant: RecordedGrant): GrantFacts {
  return {
    id: "",
    subjectUserId: grant.holder,
    coViewers: grant.co_viewers,
    viewers: grant.viewers,
    requesterOrganisationId: grant.organisation,
    transactions: grant.names_record ? [RECORD] : [],
    groups: grant.groups,
    level: grant.level,
    purpose: grant.purpose,
    notBefore: new Date(grant.from),
    notAfter: new Date(grant.until),
    maxViews: grant.max_views,
    viewsUsed: grant.views_used,
    state: grant.state,
    assurance: "",
    approvals: grant.approvals.map(({ by, organisation }) => ({
      approverUserId: by,
      approverOrganisationId: organisation,
    })),
    ...authorityOf(grant),
    ...restsOn(grant),
  };
}

/**
 * Returns facts with the same decision as those that `factsOf` recorded; undefined for a value of another form. The ids
 * in them are made up. Pure.
 */
export function readFacts(value: unknown): OpeningFacts | undefined {
  const read = RecordedFacts.safeParse(value);
  if (!read.success) return undefined;
  const { at, purpose, groups, record, grant, opening, hours_override, evaluation } = read.data;
  return {
    subject: subjectOf(read.data),
    office: officeOf(read.data),
    record: {
      transactionId: RECORD,
      participants: record.own ? [OWN_PARTICIPANT] : [],
      submitter: "",
      createdAt: new Date(record.created_at),
      groups: record.groups,
      retentionClass: record.retention_class,
      ...(record.hold_until === undefined ? {} : { holdUntil: new Date(record.hold_until) }),
    },
    purpose,
    ...(groups === undefined ? {} : { groups }),
    ...(grant === undefined ? {} : { grant: grantOf(grant) }),
    ...(opening === undefined ? {} : { opening }),
    ...(hours_override ? { hoursOverride: { reason: "recorded" } } : {}),
    isEvaluation: evaluation,
    now: new Date(at),
  };
}
