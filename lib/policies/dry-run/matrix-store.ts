import { Duty, Role } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import type { GrantRow } from "@/lib/access/grants/store";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { AgeRange } from "./instants";

const PersonRow = z.object({
  id: z.string(),
  organisation_id: z.string(),
  participant_id: z.string().nullable(),
  role: Role,
  duties: z.array(Duty),
  sets_hours: z.boolean(),
});
/** An active person of an active organisation, as policies see them. */
export type MatrixPerson = z.infer<typeof PersonRow>;

const PEOPLE = Prisma.sql`SELECT u.id::text, u.organisation_id::text, u.participant_id, u.role,
    ARRAY(SELECT d.duty FROM duty d WHERE d.user_id = u.id ORDER BY d.duty) AS duties,
    o.weekly_hours IS NOT NULL AS sets_hours
  FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.state = 'active' AND o.state = 'active'`;

/** Returns the active ones of these people, by id. */
export async function readHolders(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MatrixPerson>> {
  const rows = await tx.$queryRaw(
    Prisma.sql`${PEOPLE} AND u.tenant_id = ${tenantId}::uuid AND u.id = ANY (${[...new Set(ids)]}::uuid[])`,
  );
  return new Map(
    z
      .array(PersonRow)
      .parse(rows)
      .map((row) => [row.id, row]),
  );
}

/** Returns the next active people who open by right, in order of their ids. */
export async function readParties(
  tx: Tx,
  tenantId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<MatrixPerson[]> {
  const after = page.after === undefined ? Prisma.empty : Prisma.sql`AND u.id > ${page.after}::uuid`;
  const rows = await tx.$queryRaw(
    Prisma.sql`${PEOPLE} AND u.tenant_id = ${tenantId}::uuid AND u.role IN ('client', 'miner')
      AND u.participant_id IS NOT NULL ${after} ORDER BY u.id LIMIT ${page.limit}`,
  );
  return z.array(PersonRow).parse(rows);
}

const CountRow = z.object({ grants: z.coerce.number(), parties: z.coerce.number() });

/** Returns how many grants are in force and how many people open by right. */
export async function countMatrix(tx: Tx, tenantId: string, now: Date): Promise<z.infer<typeof CountRow>> {
  const rows = await tx.$queryRaw(Prisma.sql`SELECT
    (SELECT count(*) FROM access_grant g WHERE g.tenant_id = ${tenantId}::uuid AND g.state IN ('pending', 'active')
      AND ${now} < g.not_after AND g.views_used < g.max_views) AS grants,
    (SELECT count(*) FROM app_user u JOIN organisation o ON o.id = u.organisation_id
      WHERE u.tenant_id = ${tenantId}::uuid AND u.state = 'active' AND o.state = 'active'
        AND u.role IN ('client', 'miner') AND u.participant_id IS NOT NULL) AS parties`);
  return CountRow.parse(z.array(z.unknown()).parse(rows)[0]);
}

const AgeRow = z.object({
  grant_id: z.string(),
  retention_class: z.string(),
  is_kept: z.boolean(),
  youngest: z.coerce.number(),
  oldest: z.coerce.number(),
});

const DAY_US = 86_400_000_000;

/** Returns the ages of the records that these grants name, by grant: one range for each class and hold. */
export async function readAges(
  tx: Tx,
  grants: readonly GrantRow[],
  now: Date,
): Promise<ReadonlyMap<string, readonly AgeRange[]>> {
  const nowUs = BigInt(now.getTime()) * 1000n;
  const rows = await tx.$queryRaw(Prisma.sql`
    SELECT g.id::text AS grant_id, t.retention_class, k.is_kept,
      min(greatest(0, (${nowUs}::bigint - t.created_at_us) / ${DAY_US}::bigint)) AS youngest,
      max(greatest(0, (${nowUs}::bigint - t.created_at_us) / ${DAY_US}::bigint)) AS oldest
    FROM access_grant g JOIN transaction t ON t.id = ANY (g.transactions::uuid[])
    CROSS JOIN LATERAL (SELECT t.retention_class <> 'standard' OR coalesce(t.hold_until > ${now}, false) AS is_kept) k
    WHERE g.id = ANY (${grants.map(({ id }) => id)}::uuid[])
    GROUP BY g.id, t.retention_class, k.is_kept`);
  const found = new Map<string, AgeRange[]>();
  for (const row of z.array(AgeRow).parse(rows)) {
    const { youngest, oldest, retention_class: retentionClass, is_kept: isKept } = row;
    const known = found.get(row.grant_id) ?? [];
    found.set(row.grant_id, [...known, { youngest, oldest, retentionClass, isKept }]);
  }
  return found;
}

const UseRow = z.object({ grant_id: z.string(), user_id: z.string(), at: z.date() });

/** Returns when each of these grants was last used by each person, as `grant user`. */
export async function readLastUses(
  tx: Tx,
  tenantId: string,
  grantIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows =
    await tx.$queryRaw(Prisma.sql`SELECT d.grant_id::text, d.user_id::text, max(d.at) AS at FROM disclosure d
    WHERE d.tenant_id = ${tenantId}::uuid AND d.grant_id = ANY (${[...new Set(grantIds)]}::uuid[])
    GROUP BY d.grant_id, d.user_id`);
  return new Map(
    z
      .array(UseRow)
      .parse(rows)
      .map(({ grant_id, user_id, at }) => [`${grant_id} ${user_id}`, at]),
  );
}
