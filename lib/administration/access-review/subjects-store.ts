import "server-only";
import { listGrants } from "@/lib/access/grants/store";
import type {
  KnownUse,
  LiveGrant,
  ReviewFacts,
  SubjectKind,
} from "@/lib/administration/access-review/schema";
import type { PersonSummary } from "@/lib/administration/people/schema";
import { listSummaries, type PeopleAt } from "@/lib/administration/people/store";
import { Prisma } from "@/lib/db/generated/client";
import { isUnreadable } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { contentEtagOf } from "@/lib/etag";
import { findOrganisationNames } from "@/lib/identity/people/people-store";

/** A program or a person that was not active for this long needs attention. */
const UNSEEN_MS = 60 * 86_400_000;
/** Use is counted this far back. */
const USED_MS = 90 * 86_400_000;
const MOST_ACTS = 1000;
const MOST_GRANTS = 2000;

export interface Named {
  readonly kind: SubjectKind;
  readonly subjectId: string;
  readonly ownerId: string;
}

/** A person or program as they are now. */
export interface Subject extends Named {
  readonly organisationId: string;
  readonly facts: ReviewFacts;
  readonly pseudonym: string;
}

export const subjectKey = ({ kind, subjectId }: Pick<Named, "kind" | "subjectId">) => `${kind}:${subjectId}`;

/** Returns the digest of the rights that a decision is about. Use and names are not part of it. */
export function versionOf({
  role,
  duties,
  memberships,
  participant,
  scopes,
  state,
  ends_at,
}: ReviewFacts): string {
  const standing = { role, duties, memberships, participant, scopes, state, ends_at };
  return contentEtagOf(standing).slice(1, -1);
}

/** Returns everyone a new review covers: people who have not left, and their keys that have not ended. */
export async function listSubjects(tx: Tx, { tenantId, now }: PeopleAt): Promise<Named[]> {
  const rows = await tx.$queryRaw<Named[]>(Prisma.sql`
    SELECT 'person' AS kind, u.id::text AS "subjectId", u.id::text AS "ownerId"
    FROM app_user u WHERE u.tenant_id = ${tenantId}::uuid AND u.state <> 'left'
    UNION ALL
    SELECT 'program', k.id::text, u.id::text FROM api_key k JOIN app_user u ON u.id = k.user_id
    WHERE u.tenant_id = ${tenantId}::uuid AND u.state <> 'left' AND k.revoked_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > ${now})`);
  return rows;
}

async function readKeys(tx: Tx, ids: readonly string[]) {
  const rows = await tx.api_key.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, label: true, scopes: true, created_at: true, expires_at: true, last_used_at: true },
  });
  return new Map(rows.map((row) => [row.id, row]));
}

async function readMemberships(tx: Tx, owners: readonly PersonSummary[]): Promise<Map<string, string[]>> {
  const rows = await tx.membership.findMany({
    where: { user_id: { in: owners.map(({ id }) => id) } },
    select: { user_id: true, organisation_id: true },
  });
  const names = await findOrganisationNames(
    tx,
    rows.map(({ organisation_id: id }) => id),
  );
  return new Map(
    owners.map(({ id, organisation }) => [
      id,
      rows
        .filter((row) => row.user_id === id && row.organisation_id !== organisation.id)
        .map((row) => names.get(row.organisation_id) ?? row.organisation_id)
        .sort(),
    ]),
  );
}

type Key = NonNullable<ReturnType<Awaited<ReturnType<typeof readKeys>>["get"]>>;

function personFacts(person: PersonSummary, memberships: readonly string[], since: Date): ReviewFacts {
  return {
    name: person.name,
    owner: null,
    organisation: person.organisation.name,
    role: person.role,
    duties: [...person.duties].sort(),
    memberships: [...memberships],
    participant: person.participant_id,
    scopes: [],
    state: person.state,
    signs_in_with: person.signs_in_with,
    since: since.toISOString(),
    ends_at: null,
    last_used_at: person.last_seen_at,
    looks: person.looks,
  };
}

function programFacts(facts: ReviewFacts, key: Key, now: Date): ReviewFacts {
  const isUnseen = now.getTime() - (key.last_used_at ?? key.created_at).getTime() > UNSEEN_MS;
  return {
    ...facts,
    name: key.label,
    owner: facts.name,
    scopes: [...key.scopes].sort(),
    since: key.created_at.toISOString(),
    ends_at: key.expires_at?.toISOString() ?? null,
    last_used_at: key.last_used_at?.toISOString() ?? null,
    looks: [
      ...(isUnseen ? (["unseen"] as const) : []),
      ...(key.expires_at === null ? (["key_without_end"] as const) : []),
    ],
  };
}

/** Returns these people and programs as they are now, by `subjectKey`. */
export async function readSubjects(
  tx: Tx,
  at: PeopleAt,
  wanted: readonly Named[],
): Promise<Map<string, Subject>> {
  const ownerIds = [...new Set(wanted.map(({ ownerId }) => ownerId))];
  const people = await listSummaries(tx, at, ownerIds);
  const added = await tx.app_user.findMany({
    where: { id: { in: ownerIds } },
    select: { id: true, created_at: true, pseudonym: true },
  });
  const memberships = await readMemberships(tx, people);
  const keys = await readKeys(
    tx,
    wanted.flatMap(({ kind, subjectId }) => (kind === "program" ? [subjectId] : [])),
  );
  return new Map(
    wanted.flatMap((one): [string, Subject][] => {
      const person = people.find(({ id }) => id === one.ownerId);
      const row = added.find(({ id }) => id === one.ownerId);
      const key = keys.get(one.subjectId);
      if (person === undefined || row === undefined) return [];
      if (one.kind === "program" && key === undefined) return [];
      const own = personFacts(person, memberships.get(person.id) ?? [], row.created_at);
      const facts = key === undefined ? own : programFacts(own, key, at.now);
      const { pseudonym } = row;
      return [[subjectKey(one), { ...one, organisationId: person.organisation.id, facts, pseudonym }]];
    }),
  );
}

async function countActs(
  tx: Tx,
  { tenantId, now }: PeopleAt,
  actors: readonly string[],
  sealed: readonly string[],
): Promise<Map<string, number>> {
  const since = new Date(now.getTime() - USED_MS).toISOString();
  const rows = await tx.$queryRaw<{ actor: string; n: number }[]>(Prisma.sql`
    SELECT a.actor, (SELECT count(*)::int FROM (SELECT 1 FROM audit_index i
        WHERE i.tenant_id = ${tenantId}::uuid AND i.actor = a.actor AND i.at >= ${since}
          AND i.action NOT LIKE '%.read' AND NOT i.is_suspicion
          AND (i.case_id IS NULL OR i.case_id <> ALL (${[...sealed]}::uuid[])) LIMIT ${MOST_ACTS}) found) AS n
    FROM unnest(${[...actors]}::text[]) AS a (actor)`);
  return new Map(rows.map(({ actor, n }) => [actor, n]));
}

/** Returns the live grants that a reader may know of, by the person who may open under them. */
async function readGrants(tx: Tx, { tenantId, now }: PeopleAt, sealed: readonly string[]) {
  const page = { before: undefined, limit: MOST_GRANTS };
  const rows = await listGrants(tx, { tenantId, userId: undefined, sealed, view: "in_force", now, ...page });
  const byPerson = new Map<string, LiveGrant[]>();
  for (const grant of rows) {
    if (isUnreadable(grant)) continue;
    const live: LiveGrant = {
      id: grant.id,
      reference: grant.requestReference ?? null,
      fields: [...grant.groups],
      level: grant.level,
      records: grant.transactions.length,
      views_left: grant.maxViews - grant.viewsUsed,
      until: grant.notAfter.toISOString(),
    };
    for (const id of new Set([grant.subjectUserId, ...(grant.viewers ?? [])]))
      byPerson.set(id, [...(byPerson.get(id) ?? []), live]);
  }
  return byPerson;
}

/** Returns acts and live grants of people, for a reader who knows of all requests but these. */
export async function readUse(
  tx: Tx,
  at: PeopleAt,
  subjects: readonly Subject[],
  sealed: readonly string[],
): Promise<Map<string, KnownUse>> {
  const people = subjects.filter(({ kind }) => kind === "person");
  const acts = await countActs(
    tx,
    at,
    people.map(({ pseudonym }) => pseudonym),
    sealed,
  );
  const grants = await readGrants(tx, at, sealed);
  return new Map(
    subjects.map((one) => [
      subjectKey(one),
      one.kind === "program"
        ? { acts: null, grants: [] }
        : { acts: acts.get(one.pseudonym) ?? 0, grants: grants.get(one.ownerId) ?? [] },
    ]),
  );
}
