import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { HolidayRegion } from "@/lib/organisations/schema";

/** What was chosen when the hours were set. */
export const HolidayChoice = z.object({
  region: HolidayRegion.nullable(),
  closed: z.array(z.string()),
  open: z.array(z.string()),
  until: z.string().optional(),
});
export type HolidayChoice = z.infer<typeof HolidayChoice>;

const NO_CHOICE: HolidayChoice = { region: null, closed: [], open: [] };

export interface OrganisationRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly zone: string;
  readonly hasHours: boolean;
}

/** Organisations by name; `after` is the id of the last one shown. */
export async function listOrganisationRows(
  tx: Tx,
  page: { readonly tenantId: string; readonly after: string | undefined; readonly limit: number },
): Promise<OrganisationRow[]> {
  const rows = await tx.organisation.findMany({
    where: { tenant_id: page.tenantId, ...(page.after === undefined ? {} : { id: { gt: page.after } }) },
    orderBy: { id: "asc" },
    take: page.limit,
    select: { id: true, name: true, kind: true, zone: true, weekly_hours: true },
  });
  return rows.map(({ weekly_hours, ...row }) => ({ ...row, hasHours: weekly_hours !== null }));
}

interface FoundOrganisation {
  readonly name: string;
  readonly choice: HolidayChoice;
  readonly homes: readonly string[];
  readonly isOperator: boolean;
}

/** Name, choice and homes of one organisation of the tenant. */
export async function findOrganisation(
  tx: Tx,
  tenantId: string,
  id: string,
): Promise<FoundOrganisation | undefined> {
  const row = await tx.organisation.findFirst({
    where: { id, tenant_id: tenantId },
    select: { name: true, kind: true, holiday_choice: true, home_jurisdictions: true },
  });
  if (row === null) return undefined;
  const choice = row.holiday_choice === null ? NO_CHOICE : HolidayChoice.parse(row.holiday_choice);
  const { name, kind, home_jurisdictions: homes } = row;
  return { name, choice, homes, isOperator: kind === "operator" };
}

/** Holds the organisation until the transaction ends. */
export async function lockOrganisation(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM organisation WHERE id = ${id}::uuid FOR UPDATE`;
}

export interface NewHours {
  readonly zone: string;
  readonly weeklyHours: Readonly<Record<string, [string, string]>> | undefined;
  readonly holidays: readonly string[];
  readonly choice: HolidayChoice;
  /** Absent: they stay. */
  readonly homes: readonly string[] | undefined;
}

export async function updateHours(tx: Tx, id: string, hours: NewHours): Promise<void> {
  await tx.organisation.updateMany({
    where: { id },
    data: {
      zone: hours.zone,
      weekly_hours: hours.weeklyHours === undefined ? Prisma.DbNull : { ...hours.weeklyHours },
      holidays: hours.holidays.join(" "),
      holiday_choice: JSON.parse(JSON.stringify(hours.choice)),
      ...(hours.homes === undefined ? {} : { home_jurisdictions: [...hours.homes] }),
    },
  });
}
