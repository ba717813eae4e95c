import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { WeeklyHours as WeeklyHoursColumn } from "@/lib/identity/schema";
import type { OfficeFacts, WeeklyHours } from "@/lib/organisations/hours";
import { HolidayRegion } from "@/lib/organisations/schema";

/** The choices made when the hours were set. */
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
  readonly state: "active" | "suspended";
  readonly zone: string;
  readonly hasHours: boolean;
  /** Number of its people, without those who have left. */
  readonly people: number;
  /** Set only for an agency. */
  readonly emailDomains: readonly string[] | undefined;
}

const State = z.enum(["active", "suspended"]);

/** Returns a page of organisations in the order of their ids; `after` is the id of the last one shown. */
export async function listOrganisationRows(
  tx: Tx,
  page: { readonly tenantId: string; readonly after: string | undefined; readonly limit: number },
): Promise<OrganisationRow[]> {
  const rows = await tx.organisation.findMany({
    where: { tenant_id: page.tenantId, ...(page.after === undefined ? {} : { id: { gt: page.after } }) },
    orderBy: { id: "asc" },
    take: page.limit,
    select: { id: true, name: true, kind: true, state: true, zone: true, weekly_hours: true },
  });
  const counts = await tx.app_user.groupBy({
    by: ["organisation_id"],
    where: { organisation_id: { in: rows.map(({ id }) => id) }, state: { not: "left" } },
    _count: { id: true },
  });
  const people = new Map(counts.map(({ organisation_id: id, _count: { id: count } }) => [id, count]));
  const agencies = await tx.agency.findMany({
    where: { organisation_id: { in: rows.map(({ id }) => id) } },
    select: { organisation_id: true, email_domains: true },
  });
  const domains = new Map(agencies.map(({ organisation_id: id, email_domains: own }) => [id, own]));
  return rows.map(({ weekly_hours, state, ...row }) => ({
    ...row,
    state: State.parse(state),
    hasHours: weekly_hours !== null,
    people: people.get(row.id) ?? 0,
    emailDomains: domains.get(row.id),
  }));
}

/** Sets name and state of an organisation. */
export async function updateOrganisation(
  tx: Tx,
  id: string,
  change: { readonly name: string; readonly state: string },
): Promise<void> {
  await tx.organisation.updateMany({ where: { id }, data: { name: change.name, state: change.state } });
}

interface FoundOrganisation {
  readonly name: string;
  readonly kind: string;
  readonly state: "active" | "suspended";
  readonly zone: string;
  readonly choice: HolidayChoice;
  readonly homes: readonly string[];
  readonly isOperator: boolean;
}

/** Returns one organisation of the tenant, with its choice of holidays and its home jurisdictions. */
export async function findOrganisation(
  tx: Tx,
  tenantId: string,
  id: string,
): Promise<FoundOrganisation | undefined> {
  const row = await tx.organisation.findFirst({
    where: { id, tenant_id: tenantId },
    select: {
      name: true,
      kind: true,
      state: true,
      zone: true,
      holiday_choice: true,
      home_jurisdictions: true,
    },
  });
  if (row === null) return undefined;
  const choice = row.holiday_choice === null ? NO_CHOICE : HolidayChoice.parse(row.holiday_choice);
  const { name, kind, zone, home_jurisdictions: homes } = row;
  return { name, kind, state: State.parse(row.state), zone, choice, homes, isOperator: kind === "operator" };
}

/** Returns whether another organisation of the tenant has this name, in any case of its letters. */
export async function isNameTaken(tx: Tx, tenantId: string, name: string, but?: string): Promise<boolean> {
  const found = await tx.organisation.findFirst({
    where: {
      tenant_id: tenantId,
      name: { equals: name.trim(), mode: "insensitive" },
      ...(but === undefined ? {} : { id: { not: but } }),
    },
    select: { id: true },
  });
  return found !== null;
}

/** Locks the organisation until the transaction ends. */
export async function lockOrganisation(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM organisation WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
}

export interface NewHours {
  readonly zone: string;
  readonly weeklyHours: Readonly<Record<string, [string, string]>> | undefined;
  readonly holidays: readonly string[];
  readonly choice: HolidayChoice;
  /** Absent: unchanged. */
  readonly homes: readonly string[] | undefined;
}

/** Stores hours and holidays of an organisation. Without weekly hours it has no set hours any more. */
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

function hoursOf(column: unknown): WeeklyHours | undefined {
  if (column === null) return undefined;
  const parsed = z.partialRecord(WeeklyHoursColumn.keyType, WeeklyHoursColumn.valueType).safeParse(column);
  // Unreadable hours become a week without open days, so that the office is closed and not open.
  return parsed.success ? definedOnly(parsed.data) : {};
}

function definedOnly(hours: Partial<Record<string, readonly [string, string]>>): WeeklyHours {
  return Object.fromEntries(Object.entries(hours).filter(([, day]) => day !== undefined));
}

/** The columns of an organisation's hours. Holidays are `YYYY-MM-DD`, separated by blanks or commas. */
export interface OfficeRow {
  readonly zone: string;
  readonly weekly_hours: unknown;
  readonly holidays: string | null;
}

/** Returns the hours of a row. */
export function toOffice(row: OfficeRow): OfficeFacts {
  const weeklyHours = hoursOf(row.weekly_hours);
  return {
    zone: row.zone,
    ...(weeklyHours === undefined ? {} : { weeklyHours }),
    holidays: (row.holidays ?? "").split(/[\s,]+/).filter((date) => /^\d{4}-\d\d-\d\d$/.test(date)),
  };
}

/** Returns zone, hours and holidays of an organisation. */
export async function getOffice(tx: Tx, organisationId: string): Promise<OfficeFacts> {
  const row = await tx.organisation.findUnique({
    where: { id: organisationId },
    select: { zone: true, weekly_hours: true, holidays: true },
  });
  if (row === null) throw new InvariantError("a person's organisation does not exist");
  return toOffice(row);
}
