import { Duty, Role } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import type { PeopleQuery, PersonSummary } from "@/lib/administration/people/schema";
import { PersonLook, PersonState, SignsInWith } from "@/lib/administration/people/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { likePart } from "@/lib/paging";

/** A person who was not active for this long needs attention. */
const UNSEEN_DAYS = 60;
/** A link that ends within this time needs attention. */
const LINK_HOURS = 4;

const Row = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  organisation_id: z.string(),
  organisation: z.string(),
  participant_id: z.string().nullable(),
  role: Role,
  duties: z.array(Duty),
  signs_in_with: SignsInWith,
  last_seen_at: z.date().nullable(),
  state: PersonState,
  leaves_on: z.string().nullable(),
  looks: z.array(PersonLook),
});

function toSummary(record: unknown): PersonSummary {
  const { organisation_id: id, organisation: name, last_seen_at: seen, ...row } = Row.parse(record);
  return { ...row, organisation: { id, name }, last_seen_at: seen?.toISOString() ?? null };
}

/** Every person of the tenant with what administrators see in a list, as the table `person`. */
function peopleAt(tenantId: string, now: Date): Prisma.Sql {
  return Prisma.sql`
    WITH fact AS (
      SELECT u.id, u.name, u.email, u.organisation_id, o.name AS organisation, u.participant_id, u.role, u.state,
        u.created_at, u.leaves_on::text AS leaves_on,
        ARRAY(SELECT d.duty FROM duty d WHERE d.user_id = u.id ORDER BY d.duty) AS duties,
        greatest((SELECT max(s.last_seen_at) FROM auth_session s WHERE s.user_id = u.id),
          (SELECT max(k.last_used_at) FROM api_key k WHERE k.user_id = u.id)) AS last_seen_at,
        EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL AND c.kind = 'passkey') AS has_passkey,
        EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL AND c.kind = 'totp') AS has_code,
        EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL AND c.kind = 'password') AS has_password,
        EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL AND c.kind = 'oidc') AS has_provider,
        (SELECT max(i.expires_at) FROM invitation i
          WHERE i.user_id = u.id AND i.used_at IS NULL AND i.revoked_at IS NULL) AS link_ends_at,
        EXISTS (SELECT 1 FROM api_key k WHERE k.user_id = u.id AND k.revoked_at IS NULL AND k.expires_at IS NULL) AS has_endless_key
      FROM app_user u JOIN organisation o ON o.id = u.organisation_id
      WHERE u.tenant_id = ${tenantId}::uuid),
    shown AS (
      SELECT f.*, CASE WHEN f.has_passkey THEN 'passkey' WHEN f.has_code THEN 'code' WHEN f.has_password THEN 'password'
          WHEN f.has_provider THEN 'provider' ELSE 'none' END AS signs_in_with,
        CASE WHEN f.state = 'active' AND f.link_ends_at IS NOT NULL AND NOT (f.has_passkey OR f.has_code OR f.has_password OR f.has_provider)
          THEN 'invited' ELSE f.state END AS shown_state
      FROM fact f),
    person AS (
      SELECT s.id::text, s.name, s.email, s.organisation_id::text, s.organisation, s.participant_id, s.role, s.duties,
        s.signs_in_with, s.last_seen_at, s.shown_state AS state, s.leaves_on,
        array_remove(ARRAY[
          CASE WHEN s.state = 'active' AND s.signs_in_with IN ('code', 'password')
            AND (s.role NOT IN ('client', 'miner') OR cardinality(s.duties) > 0) THEN 'code_only' END,
          CASE WHEN s.shown_state = 'active'
            AND coalesce(s.last_seen_at, s.created_at) < ${now}::timestamptz - make_interval(days => ${UNSEEN_DAYS})
            THEN 'unseen' END,
          CASE WHEN s.shown_state = 'invited' AND s.link_ends_at < ${now}::timestamptz + make_interval(hours => ${LINK_HOURS})
            THEN 'link_ends' END,
          CASE WHEN s.state = 'active' AND s.has_endless_key THEN 'key_without_end' END], NULL) AS looks
      FROM shown s)`;
}

const IN_VIEW: Readonly<Record<PeopleQuery["view"], Prisma.Sql>> = {
  all: Prisma.sql`p.state <> 'left'`,
  invited: Prisma.sql`p.state = 'invited'`,
  suspended: Prisma.sql`p.state = 'suspended'`,
  left: Prisma.sql`p.state = 'left'`,
  looks: Prisma.sql`cardinality(p.looks) > 0`,
};

function filterOf({ q, organisation, role, duty, view }: PeopleQuery): Prisma.Sql {
  return Prisma.join(
    [
      IN_VIEW[view],
      ...(q === undefined ? [] : [Prisma.sql`(p.name ILIKE ${likePart(q)} OR p.email ILIKE ${likePart(q)})`]),
      ...(organisation === undefined ? [] : [Prisma.sql`p.organisation_id = ${organisation}`]),
      ...(role === undefined ? [] : [Prisma.sql`p.role = ${role}`]),
      ...(duty === undefined ? [] : [Prisma.sql`${duty} = ANY (p.duties)`]),
    ],
    " AND ",
  );
}

export interface PeopleAt {
  readonly tenantId: string;
  readonly now: Date;
}

/** Returns people in the order of their accounts; `after` is the id of the last one shown. */
export async function listPeopleRows(
  tx: Tx,
  at: PeopleAt,
  query: PeopleQuery,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Readable<PersonSummary>[]> {
  const after = page.after === undefined ? Prisma.empty : Prisma.sql`AND p.id > ${page.after}`;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${peopleAt(at.tenantId, at.now)}
    SELECT p.* FROM person p WHERE ${filterOf(query)} ${after} ORDER BY p.id LIMIT ${page.limit}`);
  return readRows(rows, toSummary);
}

const Counted = z.object({
  all: z.number(),
  invited: z.number(),
  suspended: z.number(),
  left: z.number(),
  looks: z.number(),
  organisations: z.number(),
});

/** Returns how many people each view has. */
export async function countPeople(tx: Tx, { tenantId, now }: PeopleAt): Promise<z.infer<typeof Counted>> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${peopleAt(tenantId, now)}
    SELECT count(*) FILTER (WHERE ${IN_VIEW.all})::int AS all, count(*) FILTER (WHERE ${IN_VIEW.invited})::int AS invited,
      count(*) FILTER (WHERE ${IN_VIEW.suspended})::int AS suspended, count(*) FILTER (WHERE ${IN_VIEW.left})::int AS left,
      count(*) FILTER (WHERE ${IN_VIEW.looks})::int AS looks,
      count(DISTINCT p.organisation_id) FILTER (WHERE ${IN_VIEW.all})::int AS organisations
    FROM person p`);
  return Counted.parse(rows[0]);
}

/** Returns these people of the tenant as lists show them, in the order of their accounts. */
export async function listSummaries(
  tx: Tx,
  { tenantId, now }: PeopleAt,
  userIds: readonly string[],
): Promise<PersonSummary[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${peopleAt(tenantId, now)}
    SELECT p.* FROM person p WHERE p.id = ANY (${[...userIds]}::text[]) ORDER BY p.id`);
  return rows.map(toSummary);
}

/** Returns one person of the tenant as lists show them. */
export async function findSummary(tx: Tx, at: PeopleAt, userId: string): Promise<PersonSummary | undefined> {
  return (await listSummaries(tx, at, [userId]))[0];
}

/** Waits until no other transaction ends or changes an administrator of the tenant. */
export async function lockAdministrators(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw(
    Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`administrators:${tenantId}`}, 0))::text`,
  );
}

/** Returns how many other active administrators can sign in: by a passkey, or by a password and a code. */
export async function countOtherAdministrators(tx: Tx, tenantId: string, userId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>(Prisma.sql`
    SELECT count(*)::int AS n FROM app_user u JOIN organisation o ON o.id = u.organisation_id
    WHERE u.tenant_id = ${tenantId}::uuid AND u.id <> ${userId}::uuid AND u.role = 'admin'
      AND u.state = 'active' AND o.state = 'active'
      AND EXISTS (SELECT 1 FROM duty d WHERE d.user_id = u.id AND d.duty = 'admin')
      AND EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL AND c.kind IN ('passkey', 'totp'))`);
  return row?.n ?? 0;
}

/** Returns the handles of the tenant that begin like this one. */
export async function listHandles(tx: Tx, begin: string): Promise<string[]> {
  const rows = await tx.app_user.findMany({
    where: { handle: { startsWith: begin } },
    select: { handle: true },
  });
  return rows.map(({ handle }) => handle);
}

export async function updatePerson(
  tx: Tx,
  id: string,
  change: { readonly name?: string; readonly role?: string; readonly leavesOn?: Date | null },
): Promise<void> {
  await tx.app_user.updateMany({
    where: { id },
    data: {
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.role === undefined ? {} : { role: change.role }),
      ...(change.leavesOn === undefined ? {} : { leaves_on: change.leavesOn }),
    },
  });
}

export async function removeDuties(tx: Tx, userId: string, duties: readonly string[]): Promise<void> {
  await tx.duty.deleteMany({ where: { user_id: userId, duty: { in: [...duties] } } });
}

export async function listMemberships(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.membership.findMany({
    where: { user_id: userId },
    select: { organisation_id: true },
    orderBy: { organisation_id: "asc" },
  });
  return rows.map(({ organisation_id: id }) => id);
}

export async function removeMemberships(tx: Tx, userId: string, ids: readonly string[]): Promise<void> {
  await tx.membership.deleteMany({ where: { user_id: userId, organisation_id: { in: [...ids] } } });
}

/** Returns ids and kinds of a person's current factors. */
export async function listFactors(tx: Tx, userId: string) {
  return tx.credential.findMany({
    where: { user_id: userId, revoked_at: null },
    select: { id: true, kind: true, label: true, created_at: true, used_at: true },
    orderBy: { id: "asc" },
  });
}

/** Removes every factor of a person: passkeys, password, authenticator, recovery codes and statement keys. */
export async function revokeFactors(tx: Tx, userId: string, at: Date): Promise<number> {
  const { count } = await tx.credential.updateMany({
    where: { user_id: userId, revoked_at: null },
    data: { revoked_at: at },
  });
  return count;
}

/** Returns people whose last day is over. */
export async function listLeaving(
  tx: Tx,
  { tenantId, today, limit }: { readonly tenantId: string; readonly today: Date; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.app_user.findMany({
    where: { tenant_id: tenantId, state: { not: "left" }, leaves_on: { lt: today } },
    select: { id: true },
    orderBy: { leaves_on: "asc" },
    take: limit,
  });
  return rows.map(({ id }) => id);
}
