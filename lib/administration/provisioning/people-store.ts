import "server-only";
import { z } from "zod";
import {
  conditionOf,
  orderOf,
  type Page,
  TEXTS,
  USERS,
} from "@/lib/administration/provisioning/filter-store";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { Duty, Role } from "@/lib/vocabulary";

/** A person as the identity provider may see them: an account, or one who waits for theirs. */
export interface ScimPerson {
  readonly id: string;
  readonly userName: string;
  readonly name: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly externalId: string | null;
  /** Whether the provider has said something of the person yet. */
  readonly isKept: boolean;
  /** Absent without an account. */
  readonly account:
    | { readonly role: Role; readonly duties: readonly Duty[]; readonly state: string }
    | undefined;
  readonly hasFactor: boolean;
  readonly isActive: boolean;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

const Row = z.object({
  id: z.string(),
  user_name: z.string(),
  name: z.string(),
  given_name: z.string().nullable(),
  family_name: z.string().nullable(),
  external_id: z.string().nullable(),
  is_kept: z.boolean(),
  state: z.string().nullable(),
  role: Role.nullable(),
  duties: z.array(Duty),
  has_factor: z.boolean(),
  is_active: z.boolean(),
  created_at: z.date(),
  changed_at: z.date(),
});

function toPerson(record: unknown): ScimPerson {
  const row = Row.parse(record);
  const { role, state, duties } = row;
  return {
    id: row.id,
    userName: row.user_name,
    name: row.name,
    givenName: row.given_name,
    familyName: row.family_name,
    externalId: row.external_id,
    isKept: row.is_kept,
    account: role === null || state === null ? undefined : { role, duties, state },
    hasFactor: row.has_factor,
    isActive: row.is_active,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

/** Whose people are looked at: within these domains, without those who left. */
export interface PeopleOf {
  readonly tenantId: string;
  readonly organisationId: string;
  readonly domains: readonly string[];
}

function peopleOf({ tenantId, organisationId, domains }: PeopleOf): Prisma.Sql {
  return Prisma.sql`
    WITH known AS (
      SELECT coalesce(u.id, s.id)::text AS id, coalesce(u.email, s.user_name) AS user_name, coalesce(u.name, s.name) AS name,
        s.given_name, s.family_name, s.external_id, s.id IS NOT NULL AS is_kept, u.state, u.role,
        ARRAY(SELECT d.duty FROM duty d WHERE d.user_id = u.id ORDER BY d.duty) AS duties,
        EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL) AS has_factor,
        coalesce(u.state = 'active', s.is_active) AS is_active,
        coalesce(s.created_at, u.created_at) AS created_at, greatest(s.changed_at, u.state_at, u.created_at) AS changed_at
      FROM (SELECT * FROM app_user WHERE tenant_id = ${tenantId}::uuid AND organisation_id = ${organisationId}::uuid) u
      FULL JOIN (SELECT * FROM scim_user WHERE tenant_id = ${tenantId}::uuid AND organisation_id = ${organisationId}::uuid) s
        ON s.id = u.id),
    person AS (
      SELECT * FROM known WHERE coalesce(state, '') <> 'left'
        AND lower(rtrim(regexp_replace(user_name, '^.*@', ''), '.')) = ANY (${[...domains]}))`;
}

const Total = z.array(z.object({ n: z.number() })).min(1);

/** Returns a page of people, and how many meet the filter. */
export async function listScimPeople(
  tx: Tx,
  at: PeopleOf,
  page: Page,
): Promise<{ readonly people: ScimPerson[]; readonly total: number }> {
  const where = page.filter === undefined ? Prisma.sql`true` : conditionOf(USERS, page.filter);
  const order = orderOf(page, TEXTS);
  const [counted] = Total.parse(
    await tx.$queryRaw(Prisma.sql`${peopleOf(at)} SELECT count(*)::int AS n FROM person WHERE ${where}`),
  );
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${peopleOf(at)}
    SELECT p.* FROM person p WHERE ${where} ${order} LIMIT ${page.limit} OFFSET ${page.offset}`);
  return { people: rows.map(toPerson), total: counted?.n ?? 0 };
}

/** Returns these people, as far as the provider may see them, by id. */
export async function findScimPeople(
  tx: Tx,
  at: PeopleOf,
  ids: readonly string[],
): Promise<Map<string, ScimPerson>> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${peopleOf(at)}
    SELECT p.* FROM person p WHERE p.id = ANY (${[...ids]})`);
  return new Map(rows.map(toPerson).map((person) => [person.id, person]));
}

/** Returns everyone of whom the provider has said something. */
export async function keptScimPeople(tx: Tx, at: PeopleOf): Promise<ScimPerson[]> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${peopleOf(at)} SELECT p.* FROM person p WHERE p.is_kept ORDER BY p.name, p.id`,
  );
  return rows.map(toPerson);
}

/** Whether a person of the tenant who waits for their account has this mailbox in any spelling. */
export async function isMailboxAwaited(tx: Tx, tenantId: string, email: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM scim_user s
    WHERE s.tenant_id = ${tenantId}::uuid AND email_identity(s.user_name) = email_identity(${email})
      AND NOT EXISTS (SELECT 1 FROM app_user u WHERE u.id = s.id) LIMIT 1`);
  return rows.length > 0;
}

/** What the provider says of a person. */
export interface KeptPerson {
  readonly userName: string;
  readonly name: string;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly externalId: string | undefined;
  readonly isActive: boolean;
}

/** Stores what the provider says of a person. */
export async function keepPerson(
  tx: Tx,
  at: PeopleOf & { readonly id: string; readonly now: Date },
  person: KeptPerson,
): Promise<void> {
  const facts = {
    user_name: person.userName,
    name: person.name,
    given_name: person.givenName ?? null,
    family_name: person.familyName ?? null,
    external_id: person.externalId ?? null,
    is_active: person.isActive,
    changed_at: at.now,
  };
  const { id, tenantId: tenant_id, organisationId: organisation_id, now: created_at } = at;
  await tx.scim_user.upsert({
    where: { id },
    create: { ...facts, id, tenant_id, organisation_id, created_at },
    update: facts,
    select: { id: true },
  });
}

/** Removes what the provider said of a person who never had an account. */
export async function removePerson(tx: Tx, id: string): Promise<void> {
  await tx.scim_user.deleteMany({ where: { id } });
}
