import "server-only";
import { z } from "zod";
import { Severity } from "@/lib/alerts/schema";
import { IS_ERASED } from "@/lib/audit/reading/store";
import { isUuid } from "@/lib/crypto/uuid";
import { Prisma } from "@/lib/db/generated/client";
import { Moment, type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({
  id: z.string(),
  name: z.string(),
  subject: z.string(),
  person: z.string().nullable(),
  severity: Severity,
  opened_at: Moment,
  last_seen_at: Moment,
  count: z.coerce.number().int(),
  entries: z.array(z.coerce.number().int()),
  last_entry: z.coerce.number().int().nullable(),
  acknowledged_at: Moment.nullable(),
  acknowledged_by: z.string().nullable(),
  note: z.string().nullable(),
  resolved_at: Moment.nullable(),
  resolved_by: z.string().nullable(),
  resolution: z.string().nullable(),
});
export type AlertRow = z.infer<typeof Row>;

const SELECT = Prisma.sql`
  SELECT a.id::text, a.name, a.subject, a.severity, a.opened_at, s.last_seen_at, s.count, s.entries, s.last_entry,
    a.acknowledged_at, y.name AS acknowledged_by, a.note, a.resolved_at, r.name AS resolved_by, a.resolution,
    (SELECT u.name FROM app_user u WHERE u.tenant_id = a.tenant_id AND a.subject = 'actor:' || u.pseudonym
      AND NOT ${Prisma.raw(IS_ERASED)}) AS person
  FROM alert a JOIN alert_sighting s ON s.alert_id = a.id
    LEFT JOIN app_user y ON y.id = a.acknowledged_by LEFT JOIN app_user r ON r.id = a.resolved_by`;

const VIEWS = {
  open: Prisma.sql`AND a.resolved_at IS NULL`,
  resolved: Prisma.sql`AND a.resolved_at IS NOT NULL`,
  all: Prisma.empty,
} as const;

/** Whose alerts are read: without those about grants of requests that are sealed from the reader (I12). */
export interface AlertReader {
  readonly tenantId: string;
  readonly sealed: readonly string[];
}

/** The reader's alerts, as a condition on `a`. */
export function alertsOf({ tenantId, sealed }: AlertReader): Prisma.Sql {
  const own = Prisma.sql`a.tenant_id = ${tenantId}::uuid`;
  if (sealed.length === 0) return own;
  return Prisma.sql`${own} AND a.subject <> ALL (SELECT 'grant:' || g.id FROM access_grant g
    WHERE g.tenant_id = ${tenantId}::uuid AND g.request_id = ANY (${[...sealed]}::uuid[]))`;
}

export interface AlertFilter extends AlertReader {
  readonly view: keyof typeof VIEWS;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Returns alerts, newest first; `after` is the last one shown. */
export async function listAlertRows(
  tx: Tx,
  { view, after, limit, ...reader }: AlertFilter,
): Promise<Readable<AlertRow>[]> {
  const before = after === undefined ? Prisma.empty : Prisma.sql`AND a.id < ${after}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE ${alertsOf(reader)} ${VIEWS[view]} ${before} ORDER BY a.id DESC LIMIT ${limit}`);
  return readRows(rows, (row) => Row.parse(row));
}

/** Returns one alert of the tenant, as the portal itself reads it unless what is sealed from a reader is named. */
export async function findAlert(
  tx: Tx,
  tenantId: string,
  id: string,
  sealed: readonly string[] = [],
): Promise<AlertRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE ${alertsOf({ tenantId, sealed })} AND a.id = ${id}::uuid`);
  return z.array(Row).parse(rows)[0];
}

/** Locks the alert's row until the transaction ends, then reads it: of two acts at once, the second sees the first. */
export async function lockAlert(
  tx: Tx,
  tenantId: string,
  id: string,
  sealed: readonly string[] = [],
): Promise<AlertRow | undefined> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM alert WHERE id = ${id}::uuid FOR UPDATE`);
  return findAlert(tx, tenantId, id, sealed);
}

/** Returns how many alerts are open and not acknowledged. */
export async function countUnacknowledged(tx: Tx, reader: AlertReader): Promise<number> {
  const rows = await tx.$queryRaw<{ readonly n: number }[]>(Prisma.sql`
    SELECT count(*)::int AS n FROM alert a
    WHERE ${alertsOf(reader)} AND a.resolved_at IS NULL AND a.acknowledged_at IS NULL`);
  return rows[0]?.n ?? 0;
}

/** Returns the request behind the grant that an alert is about; undefined for other subjects. */
export async function findCaseOf(tx: Tx, tenantId: string, subject: string): Promise<string | undefined> {
  const [kind, id = ""] = subject.split(":");
  if (kind !== "grant" || !isUuid(id)) return undefined;
  const rows = await tx.$queryRaw<{ readonly id: string | null }[]>(Prisma.sql`
    SELECT request_id::text AS id FROM access_grant WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`);
  return rows[0]?.id ?? undefined;
}

/** Returns the newest alert of this name and subject, open or resolved. */
export async function findNewest(
  tx: Tx,
  { tenantId, name, subject }: { readonly tenantId: string; readonly name: string; readonly subject: string },
): Promise<AlertRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE a.tenant_id = ${tenantId}::uuid AND a.name = ${name} AND a.subject = ${subject}
    ORDER BY a.id DESC LIMIT 1`);
  return z.array(Row).parse(rows)[0];
}

export interface NewAlert {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly at: Date;
  readonly count: number;
  readonly entries: readonly number[];
}

export async function insertAlert(tx: Tx, alert: NewAlert): Promise<void> {
  const { id, tenantId, name, subject, severity, at, count, entries } = alert;
  await tx.alert.createMany({ data: [{ id, tenant_id: tenantId, name, subject, severity, opened_at: at }] });
  const numbers = entries.map(BigInt);
  await tx.alert_sighting.createMany({
    data: [
      {
        alert_id: id,
        tenant_id: tenantId,
        last_seen_at: at,
        count: BigInt(count),
        entries: numbers.slice(-MOST_ENTRIES),
        last_entry: numbers.at(-1) ?? null,
      },
    ],
  });
}

/** Entries that an alert names; more are counted. */
const MOST_ENTRIES = 100;

/** Notes that an open alert was seen again. Entries count once: those after the newest that it already has. */
export async function noteSighting(
  tx: Tx,
  id: string,
  seen: { readonly at: Date; readonly count: number; readonly entries: readonly number[] },
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE alert_sighting SET last_seen_at = greatest(last_seen_at, ${seen.at}), count = count + ${seen.count},
      entries = (SELECT coalesce(array_agg(e ORDER BY e), '{}') FROM (
        SELECT e FROM unnest(entries || ${seen.entries.map(String)}::text[]::bigint[]) AS one (e) ORDER BY e DESC LIMIT ${MOST_ENTRIES}) newest),
      last_entry = coalesce(${seen.entries.at(-1) ?? null}::bigint, last_entry)
    WHERE alert_id = ${id}::uuid`);
}

export async function acknowledgeRow(
  tx: Tx,
  id: string,
  by: { readonly userId: string; readonly at: Date; readonly note: string },
): Promise<void> {
  await tx.alert.updateMany({
    where: { id, acknowledged_at: null, resolved_at: null },
    data: { acknowledged_at: by.at, acknowledged_by: by.userId, note: by.note },
  });
}

/** Ends an alert; without a person because its condition ended. */
export async function resolveRow(
  tx: Tx,
  id: string,
  end: { readonly at: Date; readonly userId: string | null; readonly reason: string | null },
): Promise<void> {
  await tx.alert.updateMany({
    where: { id, resolved_at: null },
    data: { resolved_at: end.at, resolved_by: end.userId, resolution: end.reason },
  });
}

/** Returns open alerts that were last seen before this moment. */
export async function listUnseen(tx: Tx, tenantId: string, before: Date): Promise<AlertRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${SELECT} WHERE a.tenant_id = ${tenantId}::uuid AND a.resolved_at IS NULL AND s.last_seen_at < ${before}
    ORDER BY a.id LIMIT 100`);
  return z.array(Row).parse(rows);
}

/** Returns the account with this pseudonym. */
export async function findUserOf(tx: Tx, tenantId: string, pseudonym: string): Promise<string | undefined> {
  const row = await tx.app_user.findFirst({
    where: { tenant_id: tenantId, pseudonym },
    select: { id: true },
  });
  return row?.id;
}

/** Returns the account that holds a grant. */
export async function findHolderOf(tx: Tx, tenantId: string, grantId: string): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ readonly holder: string }[]>(Prisma.sql`
    SELECT subject_user_id::text AS holder FROM access_grant WHERE tenant_id = ${tenantId}::uuid AND id = ${grantId}::uuid`);
  return rows[0]?.holder;
}
