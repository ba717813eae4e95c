import { Duty } from "@/lib/vocabulary";
import "server-only";
import { listOpenOf } from "@/lib/administration/agreements/store";
import type {
  PeopleList,
  PeopleQuery,
  PersonDetail,
  PersonSummary,
} from "@/lib/administration/people/schema";
import { membershipFacts } from "@/lib/administration/people/standing-kinds";
import {
  countPeople,
  findSummary,
  listFactors,
  listMemberships,
  listPeopleRows,
} from "@/lib/administration/people/store";
import {
  findOpenLink,
  findPersonFacts,
  listGivenDuties,
  listLiveKeys,
  listLiveWebhooks,
  listTakenDisputes,
} from "@/lib/administration/people/work-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findPeople } from "@/lib/identity/people/people-store";
import { listSessionsOf } from "@/lib/identity/sessions/store";
import { findAgency } from "@/lib/organisations/agency/store";
import { requireCursor } from "@/lib/paging";

/** Returns people of one view, with the number of people in each view. */
export async function listPeople(cx: Context, query: PeopleQuery): Promise<PeopleList> {
  const after = requireCursor(query.cursor);
  const at = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  await recordReadOnce(cx, "user.read");
  return inSnapshot(cx, async (tx) => {
    const rows = await listPeopleRows(tx, at, query, { after, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    return {
      ...viewRows(cx, "people", shown, (person) => person),
      next_cursor: rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null,
      counts: await countPeople(tx, at),
    };
  });
}

async function dutiesOf(tx: Tx, userId: string) {
  const given = await listGivenDuties(tx, userId);
  const people = await findPeople(
    tx,
    given.flatMap(({ granted_by: by }) => (by === null ? [] : [by])),
  );
  return given.map(({ duty, granted_by: by, granted_at: at }) => ({
    duty: Duty.parse(duty),
    by: by === null ? null : (people.get(by)?.name ?? by),
    at: at.toISOString(),
  }));
}

async function factorsOf(tx: Tx, userId: string): Promise<PersonDetail["factors"]> {
  const kinds = ["password", "totp", "passkey", "recovery", "ed25519", "oidc"] as const;
  return (await listFactors(tx, userId)).flatMap(({ kind: name, label, created_at: at, used_at: used }) => {
    const kind = kinds.find((one) => one === name);
    return kind === undefined
      ? []
      : [{ kind, label, created_at: at.toISOString(), used_at: used?.toISOString() ?? null }];
  });
}

async function keysOf(tx: Tx, userId: string) {
  return (await listLiveKeys(tx, userId)).map(({ expires_at: end, last_used_at: used, ...key }) => ({
    ...key,
    expires_at: end?.toISOString() ?? null,
    last_used_at: used?.toISOString() ?? null,
  }));
}

async function sessionsOf(tx: Tx, userId: string, now: Date) {
  return (await listSessionsOf(tx, userId, now)).map(({ device, lastSeenAt, expiresAt }) => ({
    device,
    last_seen_at: lastSeenAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }));
}

async function membershipsOf(tx: Tx, userId: string) {
  const { organisation_ids: ids, organisations: names } = await membershipFacts(
    tx,
    await listMemberships(tx, userId),
  );
  return ids.map((id, index) => ({ id, name: names[index] ?? id }));
}

/** Returns the contacts and numbers to call before the sign-in of an agency's officer is reset; null for other people. */
async function agencyOf(tx: Tx, tenantId: string, { organisation, email }: PersonSummary) {
  const agency = await findAgency(tx, tenantId, organisation.id);
  if (agency === undefined) return null;
  const others = agency.people.filter((one) => one.email.toLowerCase() !== email.toLowerCase());
  return { contacts: others.map((one) => ({ ...one })), numbers: [...agency.contacts] };
}

async function detailOf(tx: Tx, cx: Context, userId: string): Promise<PersonDetail | undefined> {
  const now = cx.clock.now();
  const { tenantId } = cx.instance;
  const summary = await findSummary(tx, { tenantId, now }, userId);
  if (summary === undefined) return undefined;
  const facts = await findPersonFacts(tx, userId);
  const ends = await findOpenLink(tx, userId);
  return {
    ...summary,
    handle: facts.handle,
    created_at: facts.created_at.toISOString(),
    state_reason: facts.state_reason,
    state_at: facts.state_at?.toISOString() ?? null,
    is_access_reviewer: facts.isAccessReviewer,
    duties_given: await dutiesOf(tx, userId),
    memberships: await membershipsOf(tx, userId),
    factors: await factorsOf(tx, userId),
    sessions: await sessionsOf(tx, userId, now),
    api_keys: await keysOf(tx, userId),
    webhooks: await listLiveWebhooks(tx, userId),
    link: ends === undefined ? null : { expires_at: ends.toISOString(), is_expired: now >= ends },
    open_work: {
      disputes: await listTakenDisputes(tx, userId),
      agreements: await listOpenOf(tx, { tenantId, askedBy: userId }),
    },
    agency: await agencyOf(tx, tenantId, summary),
    agreements: await listOpenOf(tx, { tenantId, subjectId: userId }),
  };
}

/** Returns one person with all that administrators may know of them. Throws `person.not-found`. */
export async function getPersonDetail(cx: Context, userId: string): Promise<PersonDetail> {
  const detail = await inSnapshot(cx, (tx) => detailOf(tx, cx, userId));
  if (detail === undefined) throw new DomainError("person.not-found");
  await recordReadOnce(cx, "user.read");
  return detail;
}
