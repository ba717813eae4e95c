import "server-only";
import { z } from "zod";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({
  id: z.string(),
  organisation_id: z.string().nullable(),
  transactions: z.array(z.string()),
  reason: z.string(),
  state: z.enum(["active", "released"]),
  created_at: z.date(),
  until: z.date(),
  released_at: z.date().nullable(),
});
export type PreservationRow = z.infer<typeof Row>;

const COLUMNS =
  "id::text, organisation_id::text, transactions, reason, state, created_at, until, released_at";

export interface NewHold {
  readonly id: string;
  readonly tenantId: string;
  readonly requestedBy: string;
  readonly organisationId: string;
  readonly transactions: readonly string[];
  readonly reason: string;
  readonly at: Date;
  readonly until: Date;
}

export async function insertPreservation(tx: Tx, hold: NewHold): Promise<void> {
  await tx.preservation.createMany({
    data: [
      {
        id: hold.id,
        tenant_id: hold.tenantId,
        requested_by: hold.requestedBy,
        organisation_id: hold.organisationId,
        transactions: [...hold.transactions],
        reason: hold.reason,
        state: "active",
        created_at: hold.at,
        until: hold.until,
      },
    ],
  });
}

/** Whose holds are read: all of the tenant, or one organisation's. */
export interface Owner {
  readonly tenantId: string;
  readonly organisationId: string | undefined;
  /** Holds that the reader must not know of: others' on records of the reader's organisations. */
  readonly sealed?: readonly string[];
}

/** Returns one hold, locked against parallel changes. */
export async function lockPreservation(
  tx: Tx,
  owner: Owner,
  id: string,
): Promise<PreservationRow | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT ${COLUMNS} FROM preservation WHERE tenant_id = $1::uuid AND id = $2::uuid
       AND ($3::uuid IS NULL OR organisation_id = $3::uuid) FOR UPDATE`,
    owner.tenantId,
    id,
    owner.organisationId ?? null,
  );
  return z.array(Row).parse(rows)[0];
}

/** Returns holds, newest first; `after` is the id of the last one shown. */
export async function listPreservationRows(
  tx: Tx,
  owner: Owner,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Readable<PreservationRow>[]> {
  const rows = await tx.$queryRawUnsafe<unknown[]>(
    `SELECT ${COLUMNS} FROM preservation WHERE tenant_id = $1::uuid
       AND ($2::uuid IS NULL OR organisation_id = $2::uuid) AND ($3::uuid IS NULL OR id < $3::uuid)
       AND id <> ALL ($5::uuid[])
     ORDER BY id DESC LIMIT $4`,
    owner.tenantId,
    owner.organisationId ?? null,
    page.after ?? null,
    page.limit,
    [...(owner.sealed ?? [])],
  );
  return readRows(rows, (row) => Row.parse(row));
}

export async function renewPreservation(tx: Tx, id: string, until: Date): Promise<void> {
  await tx.preservation.updateMany({ where: { id, state: "active" }, data: { until } });
}

export async function endPreservation(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.preservation.updateMany({
    where: { id, state: "active" },
    data: { state: "released", released_at: at },
  });
}

/**
 * Returns until when each of these records is under a hold of this owner or, without one, of any owner: the latest end
 * of those in force.
 */
export async function findHolds(
  tx: Tx,
  owner: Owner,
  transactions: readonly string[],
  at: Date,
): Promise<ReadonlyMap<string, Date>> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT t.id AS transaction, max(p.until) AS until FROM preservation p CROSS JOIN unnest(p.transactions) AS t(id)
     WHERE p.tenant_id = $1::uuid AND p.state = 'active' AND p.until > $4
       AND ($2::uuid IS NULL OR p.organisation_id = $2::uuid)
       AND p.id <> ALL ($5::uuid[]) AND p.transactions && $3::text[] AND t.id = ANY ($3::text[]) GROUP BY t.id`,
    owner.tenantId,
    owner.organisationId ?? null,
    [...transactions],
    at,
    [...(owner.sealed ?? [])],
  );
  return new Map(
    z
      .array(z.object({ transaction: z.string(), until: z.date() }))
      .parse(rows)
      .map((row) => [row.transaction, row.until]),
  );
}

const Longest = z.object({ until: z.date(), organisation_id: z.string().nullable(), name: z.string() });

/** Returns the hold in force on one record that ends last, with who placed it. */
export async function findLongestHold(
  tx: Tx,
  owner: Owner,
  transactionId: string,
  at: Date,
): Promise<
  { readonly until: Date; readonly organisationId: string | undefined; readonly person: string } | undefined
> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT p.until, p.organisation_id::text, u.name FROM preservation p JOIN app_user u ON u.id = p.requested_by
     WHERE p.tenant_id = $1::uuid AND p.state = 'active' AND p.until > $4
       AND ($2::uuid IS NULL OR p.organisation_id = $2::uuid) AND p.id <> ALL ($5::uuid[])
       AND p.transactions && ARRAY[$3::text] ORDER BY p.until DESC LIMIT 1`,
    owner.tenantId,
    owner.organisationId ?? null,
    transactionId,
    at,
    [...(owner.sealed ?? [])],
  );
  const [row] = z.array(Longest).parse(rows);
  if (row === undefined) return undefined;
  return { until: row.until, organisationId: row.organisation_id ?? undefined, person: row.name };
}
