import type { GrantFacts, OpeningFacts, SubjectFacts } from "@/lib/access/rules/facts";
import { DAY_MS } from "@/lib/access/rules/limits";
import type { RecordedFacts } from "@/lib/access/rules/recorded-schema";

type RecordedGrant = NonNullable<RecordedFacts["grant"]>;

/** Names people by their first mention, and organisations other than the reader's. */
class Names {
  readonly #people = new Map<string, string>();
  readonly #organisations = new Map<string, string>();

  constructor({ userId, organisationId }: SubjectFacts) {
    this.#people.set(userId, "reader");
    this.#organisations.set(organisationId, organisationId);
  }

  readonly person = (id: string): string => named(this.#people, id, "p");
  readonly organisation = (id: string): string => named(this.#organisations, id, "o");
}

function named(known: Map<string, string>, id: string, letter: string): string {
  const name = known.get(id) ?? `${letter}${known.size}`;
  known.set(id, name);
  return name;
}

function proofOf({ proof }: SubjectFacts): RecordedFacts["reader"]["proof"] {
  if (proof.kind === "api-key") return { signed: proof.signed };
  const { provedAt, multiFactorAt } = proof;
  return {
    proved_at: provedAt.toISOString(),
    ...(multiFactorAt === undefined ? {} : { factor_at: multiFactorAt.toISOString() }),
  };
}

/** Only the days around the decision count for it. */
function officeOf({ office, now }: OpeningFacts): RecordedFacts["office"] {
  const { zone, weeklyHours, holidays } = office;
  const isNear = (date: string) => Math.abs(Date.parse(`${date}T12:00:00Z`) - now.getTime()) < 3 * DAY_MS;
  return {
    zone,
    ...(weeklyHours === undefined
      ? {}
      : { hours: Object.entries(weeklyHours).map(([day, [from, to]]) => `${day} ${from} ${to}`) }),
    holidays: holidays.filter(isNear),
  };
}

function restsOn({ dispute, breakGlass }: GrantFacts, names: Names) {
  const taken = dispute?.takenBy;
  return {
    ...(dispute === undefined
      ? {}
      : {
          dispute: {
            live: dispute.isLive,
            ...(taken === undefined ? {} : { taken_by: names.person(taken) }),
            parties: dispute.partyOrganisations.map(names.organisation),
          },
        }),
    ...(breakGlass === undefined
      ? {}
      : { emergency: { parties: breakGlass.partyOrganisations.map(names.organisation) } }),
  };
}

function authorityOf({ authorization }: GrantFacts) {
  if (authorization === undefined) return {};
  const { kind, state, validFrom, validUntil } = authorization;
  return { authority: { kind, state, from: validFrom.toISOString(), until: validUntil.toISOString() } };
}

function grantOf(grant: GrantFacts, transactionId: string, names: Names): RecordedGrant {
  return {
    holder: names.person(grant.subjectUserId),
    organisation: names.organisation(grant.requesterOrganisationId),
    viewers: (grant.viewers ?? []).map(names.person),
    co_viewers: (grant.coViewers ?? []).map(names.person),
    names_record: grant.transactions.includes(transactionId),
    groups: [...grant.groups],
    level: grant.level,
    purpose: grant.purpose,
    from: grant.notBefore.toISOString(),
    until: grant.notAfter.toISOString(),
    max_views: grant.maxViews,
    views_used: grant.viewsUsed,
    state: grant.state,
    approvals: grant.approvals.map(({ approverUserId, approverOrganisationId }) => ({
      by: names.person(approverUserId),
      organisation: names.organisation(approverOrganisationId),
    })),
    ...authorityOf(grant),
    ...restsOn(grant, names),
  };
}

function recordOf({ record, subject }: OpeningFacts): RecordedFacts["record"] {
  const { participantId } = subject;
  return {
    created_at: record.createdAt.toISOString(),
    own: participantId !== undefined && record.participants.includes(participantId),
    groups: [...record.groups],
    retention_class: record.retentionClass,
    ...(record.holdUntil === undefined ? {} : { hold_until: record.holdUntil.toISOString() }),
  };
}

/**
 * Returns the facts of a decision for its entry: all that decides it, and no id of a person, record or grant, no key and
 * no value of a field. `readFacts` gives facts with the same decision. Pure.
 */
export function factsOf(facts: OpeningFacts): RecordedFacts {
  const { subject, grant, groups, opening } = facts;
  const names = new Names(subject);
  return {
    format: 1,
    at: facts.now.toISOString(),
    purpose: facts.purpose,
    ...(groups === undefined ? {} : { groups: [...groups] }),
    reader: {
      role: subject.role,
      organisation: subject.organisationId,
      duties: [...subject.duties],
      active: subject.isActive,
      second_factor: subject.hasSecondFactor,
      proof: proofOf(subject),
    },
    office: officeOf(facts),
    record: recordOf(facts),
    ...(grant === undefined ? {} : { grant: grantOf(grant, facts.record.transactionId, names) }),
    ...(opening === undefined ? {} : { opening }),
    hours_override: (facts.hoursOverride?.reason.trim() ?? "") !== "",
    evaluation: facts.isEvaluation,
  };
}
