import "server-only";
import { z } from "zod";
import {
  type Columns,
  conditionOf,
  orderOf,
  type Page,
} from "@/lib/administration/provisioning/filter-store";
import type { PeopleOf } from "@/lib/administration/provisioning/people-store";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** A group of the identity provider. */
export interface ScimGroup {
  readonly id: string;
  readonly name: string;
  readonly externalId: string | null;
  readonly members: readonly string[];
  readonly createdAt: Date;
  readonly changedAt: Date;
}

const Row = z.object({
  id: z.string(),
  name: z.string(),
  external_id: z.string().nullable(),
  members: z.array(z.string()),
  created_at: z.date(),
  changed_at: z.date(),
});

function toGroup(record: unknown): ScimGroup {
  const { id, name, external_id, members, created_at, changed_at } = Row.parse(record);
  return { id, name, externalId: external_id, members, createdAt: created_at, changedAt: changed_at };
}

type At = Pick<PeopleOf, "tenantId" | "organisationId">;

const groupsOf = ({ tenantId, organisationId }: At) => Prisma.sql`
  WITH grouped AS (SELECT id::text AS id, name, external_id, members::text[] AS members, created_at, changed_at FROM scim_group
    WHERE tenant_id = ${tenantId}::uuid AND organisation_id = ${organisationId}::uuid)`;

const TEXTS = { displayname: Prisma.sql`lower(name)` };
const GROUPS: Columns = {
  texts: TEXTS,
  exact: { externalid: Prisma.sql`external_id`, id: Prisma.sql`id` },
  more: ({ attribute, value }) =>
    attribute === "members.value" || attribute === "members"
      ? Prisma.sql`${String(value).toLowerCase()} = ANY (members)`
      : undefined,
};
const Total = z.array(z.object({ n: z.number() })).min(1);

/** Returns a page of groups, and how many meet the filter. */
export async function listScimGroups(
  tx: Tx,
  at: At,
  page: Page,
): Promise<{ readonly groups: ScimGroup[]; readonly total: number }> {
  const where = page.filter === undefined ? Prisma.sql`true` : conditionOf(GROUPS, page.filter);
  const order = orderOf(page, TEXTS);
  const [counted] = Total.parse(
    await tx.$queryRaw(Prisma.sql`${groupsOf(at)} SELECT count(*)::int AS n FROM grouped WHERE ${where}`),
  );
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${groupsOf(at)}
    SELECT * FROM grouped WHERE ${where} ${order} LIMIT ${page.limit} OFFSET ${page.offset}`);
  return { groups: rows.map(toGroup), total: counted?.n ?? 0 };
}

/** Returns all groups of the organisation, by name. */
export async function allScimGroups(tx: Tx, at: At): Promise<ScimGroup[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`${groupsOf(at)} SELECT * FROM grouped ORDER BY name`);
  return rows.map(toGroup);
}

export async function findScimGroup(tx: Tx, at: At, id: string): Promise<ScimGroup | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${groupsOf(at)} SELECT * FROM grouped WHERE id = ${id}`,
  );
  return rows.map(toGroup)[0];
}

export interface KeptGroup {
  readonly displayName: string;
  readonly externalId: string | undefined;
  readonly members: readonly string[];
}

/** Stores a group. Another group of the organisation with its name is a violation of a unique index. */
export async function keepGroup(
  tx: Tx,
  at: At & { readonly id: string; readonly now: Date },
  group: KeptGroup,
): Promise<void> {
  const facts = {
    name: group.displayName,
    external_id: group.externalId ?? null,
    members: [...group.members],
    changed_at: at.now,
  };
  const own = { id: at.id, tenant_id: at.tenantId, organisation_id: at.organisationId, created_at: at.now };
  await tx.scim_group.upsert({
    where: { id: at.id },
    create: { ...facts, ...own },
    update: facts,
    select: { id: true },
  });
}

export async function removeGroup(tx: Tx, id: string): Promise<void> {
  await tx.scim_group.deleteMany({ where: { id } });
}
