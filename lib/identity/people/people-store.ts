import "server-only";
import { z } from "zod";
import type { OfficeFacts } from "@/lib/access/rules/facts";
import type { Duty, Role as RoleName } from "@/lib/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { Duty as DutyColumn, Role, WeeklyHours as WeeklyHoursColumn } from "@/lib/identity/schema";
import type { WeeklyHours } from "@/lib/organisations/hours";

/** A person as requests and decisions name them. */
export interface Person {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  readonly organisationId: string;
  readonly role: RoleName;
  readonly isActive: boolean;
}

const Row = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  organisation_id: z.string(),
  role: Role,
  state: z.string(),
});
const COLUMNS = {
  id: true,
  handle: true,
  name: true,
  organisation_id: true,
  role: true,
  state: true,
} as const;

function toPerson(record: unknown): Person {
  const row = Row.parse(record);
  return {
    userId: row.id,
    handle: row.handle,
    name: row.name,
    organisationId: row.organisation_id,
    role: row.role,
    isActive: row.state === "active",
  };
}

export async function findPeople(tx: Tx, ids: readonly string[]): Promise<Map<string, Person>> {
  const rows = await tx.app_user.findMany({ where: { id: { in: [...new Set(ids)] } }, select: COLUMNS });
  return new Map(rows.map((row) => [row.id, toPerson(row)]));
}

export async function findEmail(tx: Tx, userId: string): Promise<string> {
  return (await tx.app_user.findUniqueOrThrow({ where: { id: userId }, select: { email: true } })).email;
}

/** Ids of people by their pseudonyms in the log. */
export async function findByPseudonym(tx: Tx, pseudonyms: readonly string[]): Promise<Map<string, string>> {
  if (pseudonyms.length === 0) return new Map();
  const rows = await tx.app_user.findMany({
    where: { pseudonym: { in: [...new Set(pseudonyms)] } },
    select: { id: true, pseudonym: true },
  });
  return new Map(rows.map((row) => [row.pseudonym, row.id]));
}

export async function getPerson(tx: Tx, id: string): Promise<Person> {
  const person = (await findPeople(tx, [id])).get(id);
  if (person === undefined) throw new InvariantError("a person of a request does not exist");
  return person;
}

export async function findDuties(tx: Tx, userId: string): Promise<Duty[]> {
  const rows = await tx.duty.findMany({ where: { user_id: userId }, select: { duty: true } });
  return rows.map((row) => DutyColumn.parse(row.duty));
}

export async function findOrganisationNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.organisation.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(rows.map((row) => [row.id, row.name]));
}

function hoursOf(column: unknown): WeeklyHours | undefined {
  if (column === null) return undefined;
  const parsed = z.partialRecord(WeeklyHoursColumn.keyType, WeeklyHoursColumn.valueType).safeParse(column);
  // Hours nobody can read are no hours: the office is closed rather than open.
  return parsed.success ? definedOnly(parsed.data) : {};
}

function definedOnly(hours: Partial<Record<string, readonly [string, string]>>): WeeklyHours {
  return Object.fromEntries(Object.entries(hours).filter(([, day]) => day !== undefined));
}

interface OfficeRow {
  readonly zone: string;
  readonly weekly_hours: unknown;
  readonly holidays: string | null;
}

function toOffice(row: OfficeRow): OfficeFacts {
  const weeklyHours = hoursOf(row.weekly_hours);
  return {
    zone: row.zone,
    ...(weeklyHours === undefined ? {} : { weeklyHours }),
    holidays: (row.holidays ?? "").split(/[\s,]+/).filter((date) => /^\d{4}-\d\d-\d\d$/.test(date)),
  };
}

/** Zone, hours and holidays (`YYYY-MM-DD`, separated by blanks or commas) of an organisation. */
export async function getOffice(tx: Tx, organisationId: string): Promise<OfficeFacts> {
  const row = await tx.organisation.findUnique({
    where: { id: organisationId },
    select: { zone: true, weekly_hours: true, holidays: true },
  });
  if (row === null) throw new InvariantError("a person's organisation does not exist");
  return toOffice(row);
}

/** What an opening's decision reads of a person, in one statement. */
export interface Standing {
  readonly isActive: boolean;
  /** Whether the person has a factor beside the password. */
  readonly hasSecondFactor: boolean;
  readonly office: OfficeFacts;
}

/** A person's standing now, with the hours of this organisation's office. */
export async function getStanding(tx: Tx, userId: string, organisationId: string): Promise<Standing> {
  const [row] = await tx.$queryRaw<
    (OfficeRow & { readonly is_active: boolean; readonly has_second_factor: boolean })[]
  >(Prisma.sql`
    SELECT u.state = 'active' AS is_active, o.zone, o.weekly_hours, o.holidays,
           EXISTS (SELECT FROM credential c
                    WHERE c.user_id = u.id AND c.kind IN ('totp', 'passkey') AND c.revoked_at IS NULL) AS has_second_factor
      FROM app_user u CROSS JOIN organisation o
     WHERE u.id = ${userId}::uuid AND o.id = ${organisationId}::uuid`);
  if (row === undefined) throw new InvariantError("a person or their organisation does not exist");
  return { isActive: row.is_active, hasSecondFactor: row.has_second_factor, office: toOffice(row) };
}

/** An Ed25519 key the person has registered for statements; `keyId` is what the signature names. */
export async function findStatementKey(
  tx: Tx,
  userId: string,
  keyId: string,
): Promise<Uint8Array | undefined> {
  const row = await tx.credential.findFirst({
    where: { user_id: userId, kind: "ed25519", external_id: keyId, revoked_at: null },
    select: { public_key: true },
  });
  return row?.public_key ?? undefined;
}

/** An officer's identity check. */
export interface IdentityCheckRow {
  readonly at: Date;
  readonly checkedBy: string;
  readonly until: Date;
  /** Domain and call back both held. */
  readonly isComplete: boolean;
}

/** The newest check of an officer. It alone counts: one that failed takes back every earlier one. */
export async function findIdentityCheck(
  tx: Tx,
  officerUserId: string,
): Promise<IdentityCheckRow | undefined> {
  const row = await tx.identity_check.findFirst({
    where: { officer_user_id: officerUserId },
    orderBy: [{ created_at: "desc" }, { id: "desc" }],
  });
  if (row === null) return undefined;
  return {
    at: row.created_at,
    checkedBy: row.checked_by_user_id,
    until: row.expires_at,
    isComplete: row.domain_verified && row.called_number_from_record,
  };
}

/** Whether the newest identity check of an officer is good at this moment. */
export async function hasIdentityCheck(tx: Tx, officerUserId: string, at: Date): Promise<boolean> {
  const check = await findIdentityCheck(tx, officerUserId);
  return check?.isComplete === true && at < check.until;
}

export async function insertIdentityCheck(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly officerUserId: string;
    readonly checkedBy: string;
    readonly domainVerified: boolean;
    readonly calledNumberFromRecord: boolean;
    readonly calledNumber: string | undefined;
    readonly note: string;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.identity_check.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        officer_user_id: row.officerUserId,
        checked_by_user_id: row.checkedBy,
        domain_verified: row.domainVerified,
        called_number_from_record: row.calledNumberFromRecord,
        called_number: row.calledNumber ?? null,
        note: row.note,
        expires_at: row.expiresAt,
      },
    ],
  });
}
