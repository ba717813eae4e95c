import "server-only";
import { chooseGrant } from "@/lib/access/grants/find-grant";
import { findGrantsOf, type GrantRow } from "@/lib/access/grants/store";
import { type PreparedSet, preparePolicySet } from "@/lib/access/policy/engine";
import { decideExample } from "@/lib/access/policy/examples";
import type { ExampleFacts } from "@/lib/access/policy/policy-document";
import { knownHolds } from "@/lib/access/preservations/list-preservations";
import { decideOpening } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { isOwnRecord } from "@/lib/access/rules/floor";
import { getStanding } from "@/lib/access/rules/reader-store";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import { within } from "@/lib/db/statement";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findHolder } from "@/lib/identity/people/holders-store";
import { findOrganisationName } from "@/lib/identity/people/store";
import { findActivation } from "@/lib/policies/activation-store";
import { documentOf, loadSet } from "@/lib/policies/load-set";
import { factsOfRole } from "@/lib/policies/simulate/role-case";
import type {
  RealCase,
  RoleCase,
  SimulateAnswer,
  SimulateBody,
  WhatIf,
} from "@/lib/policies/simulate/schema";
import { whatIf } from "@/lib/policies/simulate/what-if";
import { requireReadable, requireReader, requireWriter } from "@/lib/policies/who-may";
import { recordFactsOf } from "@/lib/transactions/open/plan-opening";
import { loadKnown } from "@/lib/transactions/read/load-known";
import type { TransactionRow } from "@/lib/transactions/rows";
import { InstrumentKind, Purpose } from "@/lib/vocabulary";

/** Sets that were tried before; preparing one takes some milliseconds. */
const prepared = new Map<string, PreparedSet>();
const MOST_PREPARED = 8;

async function setOf(cx: Context, number: number | undefined): Promise<{ number: number; set: PreparedSet }> {
  const row = await inSnapshot(cx, async (tx) => {
    const asked = number ?? (await findActivation(tx, cx.instance.tenantId))?.number;
    if (asked === undefined) throw new DomainError("policy.unavailable");
    const found = await loadSet(tx, cx, asked);
    requireReadable(cx.principal, found);
    return found;
  });
  const set = prepared.get(row.document_digest) ?? preparePolicySet(documentOf(row));
  if (prepared.size >= MOST_PREPARED) prepared.clear();
  prepared.set(row.document_digest, set);
  return { number: row.number, set };
}

type Outcome = Omit<SimulateAnswer, "number" | "version">;

function tryExample(facts: ExampleFacts, set: PreparedSet, at: Date): Outcome {
  const { isAllowed, policies, isBroken } = decideExample(facts, set);
  const forbidding = policies.map((id) => ({
    id: `policy.${id}`,
    detail: `The policy ${id} does not allow this.`,
  }));
  const none = { id: "policies.none", detail: "No policy allows this here." };
  const broken = { id: "policies.broken", detail: "A policy could not be evaluated." };
  const against = isBroken ? [broken] : forbidding.length === 0 ? [none] : forbidding;
  return {
    allowed: isAllowed,
    fields: isAllowed && facts.action === "open" ? [{ field: facts.group, level: facts.level }] : [],
    policies: [...policies],
    reasons: isAllowed ? [] : against,
    next_possible_at: null,
    what_if: isAllowed ? [] : whatIf(facts, set),
    person: null,
    record: null,
    at: at.toISOString(),
  };
}

interface Found {
  /** Absent for a role. */
  readonly person: SimulateAnswer["person"];
  readonly grants: readonly GrantRow[];
  readonly facts: OpeningFacts;
}

/** The office of a role is in the operator's zone, as the reader's own is. */
async function readRole(tx: Tx, cx: Context, asked: RoleCase, row: TransactionRow): Promise<Found> {
  const now = asked.at === undefined ? cx.clock.now() : new Date(asked.at);
  const { office } = await getStanding(within(tx), cx.principal);
  const holds = await knownHolds(tx, cx.principal, [row.id], now);
  const record = recordFactsOf(row, holds.get(row.id));
  const around = { now, zone: office.zone, isEvaluation: cx.instance.evaluation };
  return { person: null, grants: [], facts: factsOfRole(asked, record, around) };
}

/** Returns the grant that an opening would use; undefined for a party, and for a person without one. */
function grantOf(
  { grant_id: id, purpose, groups }: RealCase,
  grants: readonly GrantRow[],
  row: TransactionRow,
  now: Date,
) {
  if (id !== undefined) return grants.find((grant) => grant.id === id);
  try {
    const wanted = { transactionId: row.id, purpose, ...(groups === undefined ? {} : { groups }) };
    return chooseGrant(wanted, grants, now);
  } catch (error) {
    if (error instanceof DomainError && error.code === "access.no-grant") return grants[0];
    throw error;
  }
}

async function read(tx: Tx, cx: Context, asked: RealCase, row: TransactionRow): Promise<Found> {
  const { tenantId, evaluation: isEvaluation } = cx.instance;
  const holder = await findHolder(tx, tenantId, asked.person);
  if (holder === undefined) throw new DomainError("person.not-found");
  const now = asked.at === undefined ? cx.clock.now() : new Date(asked.at);
  const standing = await getStanding(within(tx), holder);
  const holds = await knownHolds(tx, cx.principal, [row.id], now);
  const wanted = { tenantId, userId: holder.userId, transactionId: row.id };
  // A grant of a sealed order is not there for people who may not know of the order.
  const sealed = new Set(await findSealedCases(tx, cx));
  const grants = readableOf(await findGrantsOf(within(tx), wanted)).filter(
    ({ requestId }) => requestId === undefined || !sealed.has(requestId),
  );
  const grant = grantOf(asked, grants, row, now);
  const { userId, handle, organisationId, role, duties } = holder;
  const facts: OpeningFacts = {
    subject: {
      ...{ userId, handle, organisationId, role, duties },
      ...(holder.participantId === null ? {} : { participantId: holder.participantId }),
      isActive: holder.isActive && standing.isActive,
      // As if they had just proved themselves and signed: the rules are tried, not the person.
      proof: { kind: "session", sessionId: "", method: "passkey", provedAt: now, multiFactorAt: now },
      hasSecondFactor: standing.hasSecondFactor,
    },
    office: standing.office,
    record: recordFactsOf(row, holds.get(row.id)),
    purpose: asked.purpose,
    ...(asked.groups === undefined ? {} : { groups: asked.groups }),
    ...(grant === undefined ? {} : { grant }),
    opening: "signed",
    ...(asked.reason_outside_hours ? { hoursOverride: { reason: "a reason to try" } } : {}),
    isEvaluation,
    now,
  };
  const organisation = (await findOrganisationName(tx, organisationId)) ?? organisationId;
  return { person: { name: holder.name, organisation, role }, grants, facts };
}

/** Returns the single facts with which the same opening would be allowed. */
function realWhatIf({ facts, grants }: Found, set: PreparedSet, next: Date | undefined): WhatIf[] {
  const allows = (change: Partial<OpeningFacts>) => decideOpening({ ...facts, ...change }, set).isAllowed;
  const { grant, purpose } = facts;
  const { authorization } = grant ?? {};
  const purposes = Purpose.options.filter((one) => one !== purpose && allows({ purpose: one }));
  const others = isOwnRecord(facts)
    ? []
    : grants.filter((one) => one.id !== grant?.id && allows({ grant: one }));
  const kinds = InstrumentKind.options.filter(
    (kind) =>
      grant !== undefined &&
      authorization !== undefined &&
      authorization.kind !== kind &&
      allows({ grant: { ...grant, authorization: { ...authorization, kind } } }),
  );
  const hasReason = facts.hoursOverride !== undefined;
  return [
    ...purposes.map((value) => ({ fact: "purpose" as const, value })),
    ...others.map(({ id }) => ({ fact: "grant" as const, value: id })),
    ...kinds.map((value) => ({ fact: "authority" as const, value })),
    ...(next === undefined ? [] : [{ fact: "at" as const, value: next.toISOString() }]),
    ...(!hasReason && allows({ hoursOverride: { reason: "a reason to try" } })
      ? [{ fact: "override" as const, value: "yes" }]
      : []),
  ];
}

async function tryReal(cx: Context, asked: RealCase | RoleCase, set: PreparedSet): Promise<Outcome> {
  requireWriter(cx.principal);
  const { row, also: found } = await loadKnown(cx, asked.transaction_id, (tx, known) =>
    asked.kind === "role" ? readRole(tx, cx, asked, known) : read(tx, cx, asked, known),
  );
  const { facts, person } = found;
  const decision = decideOpening(facts, set);
  const present = decision.isAllowed
    ? decision.groups.filter((group) => facts.record.groups.includes(group))
    : [];
  const next = decision.isAllowed ? undefined : decision.nextPossibleAt;
  return {
    allowed: decision.isAllowed,
    fields: present.map((field) => ({
      field,
      level: decision.isAllowed && decision.levels[field] === "full" ? "full" : "masked",
    })),
    policies: [...decision.policies],
    reasons: decision.isAllowed ? [] : decision.reasons.map(({ id, detail }) => ({ id, detail })),
    next_possible_at: next?.toISOString() ?? null,
    what_if: decision.isAllowed ? [] : realWhatIf(found, set, next),
    person,
    record: { transaction_id: row.id, job_id: row.jobId },
    at: facts.now.toISOString(),
  };
}

/**
 * Returns what a policy set decides in one case, by which rules, and which single fact would change it. It opens
 * nothing. Throws `access.forbidden`, `policy.not-found`, and for a person and a record `person.not-found` and
 * `transaction.not-found`.
 */
export async function simulate(cx: Context, body: SimulateBody): Promise<SimulateAnswer> {
  requireReader(cx.principal);
  const { number, set } = await setOf(cx, body.number);
  const isReal = body.kind !== "example";
  const outcome = isReal ? await tryReal(cx, body, set) : tryExample(body.example, set, cx.clock.now());
  await recordEvent(cx, {
    ...{ class: "policy", outcome: "done", action: "policy.simulate", subjects: [] },
    details: {
      number,
      ...(isReal ? { transaction: body.transaction_id } : {}),
      ...(body.kind === "record" ? { person: body.person } : {}),
    },
    ...(isReal ? { index: { transactionId: body.transaction_id } } : {}),
  });
  return { number, version: set.version, ...outcome };
}
