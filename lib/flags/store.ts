import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { FlagValue } from "@/lib/flags/open-flags";

/** Returns the newest recorded value of a switch for an organisation; undefined before the first. */
export async function findValue(
  tx: Tx,
  tenantId: string,
  { flag, organisationId }: Pick<FlagValue, "flag" | "organisationId">,
): Promise<boolean | undefined> {
  const row = await tx.flag_value.findFirst({
    where: { tenant_id: tenantId, flag, organisation_id: organisationId },
    orderBy: { id: "desc" },
    select: { is_on: true },
  });
  return row?.is_on;
}

/** Locks a switch until the transaction ends, so that two portals do not record a change twice. */
export async function lockFlag(tx: Tx, tenantId: string, flag: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`flag ${tenantId} ${flag}`}, 0))`;
}

export async function insertValue(
  tx: Tx,
  row: { readonly id: string; readonly tenantId: string; readonly at: Date },
  { flag, organisationId, isOn, reason }: FlagValue,
): Promise<void> {
  await tx.flag_value.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        flag,
        organisation_id: organisationId,
        is_on: isOn,
        reason,
        at: row.at,
      },
    ],
  });
}

/** Returns what an organisation is called; undefined if there is none with this id. */
export async function findOrganisationName(
  tx: Tx,
  tenantId: string,
  organisationId: string,
): Promise<string | undefined> {
  const where = { tenant_id: tenantId, id: organisationId };
  return (await tx.organisation.findFirst({ where, select: { name: true } }))?.name;
}

const Row = z.object({
  flag: z.string(),
  organisation: z.string(),
  is_on: z.boolean(),
  reason: z.string(),
  at: z.date(),
});

/** Returns the newest value of each switch for each organisation that has one, at most 200. */
export async function listValues(tx: Tx, tenantId: string) {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT DISTINCT ON (v.flag, o.name, o.id)
      v.flag, o.name AS organisation, v.is_on, v.reason, v.at
    FROM flag_value v JOIN organisation o ON o.id = v.organisation_id
    WHERE v.tenant_id = ${tenantId}::uuid ORDER BY v.flag, o.name, o.id, v.id DESC LIMIT 200`);
  return z.array(Row).parse(rows);
}
