import "server-only";
import { findGrantsOf, type GrantRow, listGrants } from "@/lib/access/grants/store";
import { knownHolds } from "@/lib/access/preservations/list-preservations";
import { listOwner } from "@/lib/access/requests/list-requests";
import { decideOpening } from "@/lib/access/rules/decide";
import type { GrantFacts, OpeningFacts, RecordFacts } from "@/lib/access/rules/facts";
import { purposesOf } from "@/lib/access/rules/purposes";
import { csvFile, writeCsv } from "@/lib/administration/access-review/export-review";
import { requireReading } from "@/lib/administration/access-review/load-review";
import type { RecordAccess, RecordOpening } from "@/lib/administration/access-review/record-schema";
import {
  findParticipantOrganisations,
  listOpeners,
  type Opener,
} from "@/lib/administration/access-review/record-store";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import type { DecidingSet } from "@/lib/context/policies";
import { readableOf } from "@/lib/db/read-rows";
import { within } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { recordFactsOf } from "@/lib/transactions/open/plan-opening";
import { loadKnown } from "@/lib/transactions/read/load-known";
import type { TransactionRow } from "@/lib/transactions/rows";

/** Grants in force that are compared with the record. */
const MOST_GRANTS = 5000;

interface Moment {
  readonly record: RecordFacts;
  readonly now: Date;
  readonly isEvaluation: boolean;
  readonly policies: DecidingSet;
}

/**
 * Returns what the rules open for one person now, were they to prove themselves and sign: the same decision as at an
 * opening, with the facts of this moment. It opens nothing.
 */
export function openingOf(
  opener: Opener,
  { record, now, isEvaluation, policies }: Moment,
  grant?: GrantFacts,
): RecordOpening {
  const { holder, standing, organisation } = opener;
  const { role, duties, userId, handle, organisationId } = holder;
  const subject: OpeningFacts["subject"] = {
    ...{ userId, handle, organisationId, role, duties },
    ...(holder.participantId === null ? {} : { participantId: holder.participantId }),
    isActive: holder.isActive && standing.isActive,
    proof: { kind: "session", sessionId: "", method: "passkey", provedAt: now, multiFactorAt: now },
    hasSecondFactor: standing.hasSecondFactor,
  };
  const facts: OpeningFacts = {
    ...{ subject, office: standing.office, record, isEvaluation, now, opening: "signed" },
    purpose: grant?.purpose ?? purposesOf(subject, policies)[0] ?? "settlement",
    ...(grant === undefined ? {} : { grant }),
  };
  const decision = decideOpening(facts, policies);
  const person = { person: holder.name, organisation, role };
  if (!decision.isAllowed) return { ...person, fields: [], refused: decision.reasons[0].detail };
  const present = decision.groups.filter((group) => record.groups.includes(group));
  const fields = present.map((field) => ({ field, level: decision.levels[field] ?? "masked" }));
  return { ...person, fields, refused: null };
}

function basisOf(grant: GrantRow): RecordAccess["grants"][number]["rests_on"] {
  if (grant.dispute !== undefined) return "dispute";
  if (grant.breakGlass !== undefined) return "emergency";
  return grant.releaseId === undefined ? "request" : "release";
}

/** Returns live grants for the record that the reader may know of: the rules of the list of grants decide. */
async function knownGrants(tx: Tx, cx: Context, transactionId: string): Promise<GrantRow[]> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  const owner = listOwner(cx);
  if (owner !== undefined) {
    const own = readableOf(await findGrantsOf(within(tx), { tenantId, userId: owner, transactionId }));
    return own.filter(({ state, notAfter }) => (state === "active" || state === "pending") && now < notAfter);
  }
  const filter = {
    tenantId,
    userId: undefined,
    sealed: await findSealedCases(tx, cx),
    view: "in_force",
    now,
  } as const;
  const found = await listGrants(tx, { ...filter, before: undefined, limit: MOST_GRANTS });
  return readableOf(found).filter(({ transactions }) => transactions.includes(transactionId));
}

async function read(tx: Tx, cx: Context, row: TransactionRow): Promise<RecordAccess> {
  const { tenantId, evaluation: isEvaluation } = cx.instance;
  const now = cx.clock.now();
  await requireReading(tx, cx, "all");
  const holds = await knownHolds(tx, cx.principal, [row.id], now);
  const record = recordFactsOf(row, holds.get(row.id));
  const grants = await knownGrants(tx, cx, row.id);
  const userIds = grants.flatMap(({ subjectUserId, viewers = [] }) => [subjectUserId, ...viewers]);
  const openers = await listOpeners(tx, tenantId, { participants: row.participants, userIds });
  const organisations = await findParticipantOrganisations(tx, tenantId, row.participants);
  const moment = { record, now, isEvaluation, policies: cx.policies.active() };
  const isOf = (participant: string) => (one: Opener) => one.holder.participantId === participant;
  return {
    transaction_id: row.id,
    job_id: row.jobId,
    fields: [...record.groups],
    at: now.toISOString(),
    parties: row.participants.map((participant) => ({
      participant,
      organisation: organisations.get(participant) ?? participant,
      people: openers.filter(isOf(participant)).map((one) => openingOf(one, moment)),
    })),
    grants: grants.map((grant) => ({
      id: grant.id,
      reference: grant.requestReference ?? null,
      rests_on: basisOf(grant),
      purpose: grant.purpose,
      level: grant.level,
      from: grant.notBefore.toISOString(),
      until: grant.notAfter.toISOString(),
      views_left: grant.maxViews - grant.viewsUsed,
      people: openers
        .filter(({ holder: { userId } }) => [grant.subjectUserId, ...(grant.viewers ?? [])].includes(userId))
        .map((one) => openingOf(one, moment, grant)),
    })),
    grants_known: listOwner(cx) === undefined ? "all" : "own",
    escrow: { fields: [...row.sealedGroups] },
  };
}

async function readAndRecord(cx: Context, id: string, format: string): Promise<RecordAccess> {
  const { also } = await loadKnown(cx, id, (tx, row) => read(tx, cx, row));
  await recordEvent(cx, {
    class: "export",
    outcome: "done",
    action: "access_review.record",
    subjects: [],
    details: { transaction: id, format },
    index: { transactionId: id },
  });
  return also;
}

/**
 * Returns who may open which fields of a record now, and why. It decides with the rules of openings, names only grants
 * that the reader may know of, and opens nothing. Throws `transaction.not-found` and `access.forbidden`.
 */
export function getRecordAccess(cx: Context, id: string): Promise<RecordAccess> {
  return readAndRecord(cx, id, "json");
}

const HEAD = ["why", "reference", "person", "organisation", "role", "fields", "until", "not_now_because"];

function lineOf(why: string, reference: string | null, until: string | null, one: RecordOpening) {
  const fields = one.fields.map(({ field, level }) => `${field} (${level})`).join("; ");
  return [why, reference, one.person, one.organisation, one.role, fields, until, one.refused];
}

/** Returns the same as a table. Throws as `getRecordAccess`. */
export async function exportRecordAccess(cx: Context, id: string): Promise<{ readonly response: Response }> {
  const access = await readAndRecord(cx, id, "csv");
  const parties = access.parties.flatMap(({ participant, people }) =>
    people.map((one) => lineOf("party", participant, null, one)),
  );
  const grants = access.grants.flatMap(({ rests_on: why, reference, until, people }) =>
    people.map((one) => lineOf(why, reference, until, one)),
  );
  const escrow = ["escrow custodian", null, null, null, null, access.escrow.fields.join("; "), null, null];
  return csvFile(`access-to-${id}.csv`, writeCsv([HEAD, ...parties, ...grants, escrow]));
}
