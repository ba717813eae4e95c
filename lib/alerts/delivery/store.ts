import "server-only";
import { z } from "zod";
import { Channel, Reason } from "@/lib/alerts/delivery/schema";
import { Severity } from "@/lib/alerts/schema";
import { uuidv7 } from "@/lib/crypto/uuid";
import { Prisma } from "@/lib/db/generated/client";
import { Moment, type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { AttemptOutcome, DeliveryStatus } from "@/lib/notify/schema";

const AddressRow = z.object({
  id: z.string(),
  channel: Channel,
  address: z.string(),
  secret: z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable(),
  least: Severity,
  created_at: Moment,
  created_by: z.string(),
  ended_at: Moment.nullable(),
});
export type AddressRow = z.infer<typeof AddressRow>;

const ADDRESS = Prisma.sql`SELECT d.id::text, d.channel, d.address, d.secret, d.least, d.created_at, u.name AS created_by, d.ended_at
  FROM alert_address d JOIN app_user u ON u.id = d.created_by`;

/** Returns addresses, newest first. */
export async function listAddressRows(
  tx: Tx,
  page: { readonly tenantId: string; readonly after: string | undefined; readonly limit: number },
): Promise<Readable<AddressRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${ADDRESS} WHERE d.tenant_id = ${page.tenantId}::uuid
      AND (${page.after ?? null}::uuid IS NULL OR d.id < ${page.after ?? null}::uuid)
    ORDER BY d.id DESC LIMIT ${page.limit}`);
  return readRows(rows, (row) => AddressRow.parse(row));
}

/** Returns one address of the tenant, locked until the transaction ends. */
export async function lockAddress(tx: Tx, tenantId: string, id: string): Promise<AddressRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    ${ADDRESS} WHERE d.tenant_id = ${tenantId}::uuid AND d.id = ${id}::uuid FOR UPDATE OF d`);
  return z.array(AddressRow).parse(rows)[0];
}

/**
 * Returns how many addresses are active, and how many were added since a moment, removed ones included. Additions wait for
 * each other, so that two are counted one by one.
 */
export async function countAddresses(
  tx: Tx,
  tenantId: string,
  since: Date,
): Promise<{ readonly active: number; readonly added: number }> {
  await tx.$queryRaw(
    Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`alert-address:${tenantId}`}, 0))::text`,
  );
  const active = await tx.alert_address.count({ where: { tenant_id: tenantId, ended_at: null } });
  const added = await tx.alert_address.count({ where: { tenant_id: tenantId, created_at: { gt: since } } });
  return { active, added };
}

export interface NewAddressRow {
  readonly id: string;
  readonly tenantId: string;
  readonly channel: Channel;
  readonly address: string;
  readonly secret: Uint8Array | null;
  readonly least: Severity;
  readonly at: Date;
  readonly userId: string;
}

export async function insertAddress(tx: Tx, row: NewAddressRow): Promise<void> {
  await tx.alert_address.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        channel: row.channel,
        address: row.address,
        secret: row.secret === null ? null : Buffer.from(row.secret),
        least: row.least,
        created_at: row.at,
        created_by: row.userId,
      },
    ],
  });
}

export async function endAddress(tx: Tx, id: string, at: Date, userId: string): Promise<void> {
  await tx.alert_address.updateMany({
    where: { id, ended_at: null },
    data: { ended_at: at, ended_by: userId },
  });
}

const DeliveryRow = z.object({
  id: z.string(),
  address_id: z.string(),
  alert_id: z.string().nullable(),
  reason: Reason,
  at: Moment,
  status: DeliveryStatus,
  attempts: z.number(),
  next_at: Moment,
  outcome: AttemptOutcome.nullable(),
  http_status: z.number().nullable(),
});
export type DeliveryRow = z.infer<typeof DeliveryRow>;

const DELIVERY = Prisma.sql`id::text, address_id::text, alert_id::text, reason, at, status, attempts, next_at, outcome, http_status`;

/** Messages that are about no alert: about one address, or about the rules. */
type WithoutAlert = "test" | "threshold" | "removed";

/**
 * Queues a message about an alert to every address that takes its severity, once for each reason: the unique index drops
 * a second one. An end is sent only where the opening was.
 */
export async function queueMessages(
  tx: Tx,
  about: {
    readonly tenantId: string;
    readonly alertId: string;
    readonly severity: Severity;
    readonly reason: Exclude<Reason, WithoutAlert>;
    readonly at: Date;
  },
): Promise<void> {
  const { tenantId, alertId, severity, reason, at } = about;
  const addresses = await tx.alert_address.findMany({
    where: {
      tenant_id: tenantId,
      ended_at: null,
      ...(severity === "critical" ? {} : { least: "warning" }),
    },
    select: { id: true },
  });
  const opened =
    reason !== "resolved"
      ? undefined
      : await tx.alert_delivery.findMany({ where: { alert_id: alertId }, select: { address_id: true } });
  const known = new Set(opened?.map((one) => one.address_id));
  const wanted = addresses.filter(({ id }) => opened === undefined || known.has(id));
  await tx.alert_delivery.createMany({
    data: wanted.map(({ id }) => ({
      id: uuidv7(at.getTime()),
      tenant_id: tenantId,
      address_id: id,
      alert_id: alertId,
      reason,
      at,
      next_at: at,
    })),
    skipDuplicates: true,
  });
}

/** Queues a message about no alert to one address. */
export async function queueOfAddress(
  tx: Tx,
  message: {
    readonly tenantId: string;
    readonly addressId: string;
    readonly reason: WithoutAlert;
    readonly at: Date;
  },
): Promise<void> {
  const { tenantId, addressId, reason, at } = message;
  const row = { id: uuidv7(at.getTime()), tenant_id: tenantId, address_id: addressId, reason, at };
  await tx.alert_delivery.createMany({ data: [{ ...row, next_at: at }] });
}

/** Whether such a message to this address still waits. */
export async function hasWaiting(tx: Tx, addressId: string, reason: WithoutAlert): Promise<boolean> {
  const where = { address_id: addressId, reason, status: "waiting" };
  return (await tx.alert_delivery.count({ where })) > 0;
}

/**
 * Queues a message to every address that the rules changed. One that still waits covers this change too, so changes one
 * after another do not fill mailboxes.
 */
export async function queueRuleChange(tx: Tx, tenantId: string, at: Date): Promise<void> {
  const reason = "threshold";
  const where = { tenant_id: tenantId, ended_at: null };
  for (const { id: addressId } of await tx.alert_address.findMany({ where, select: { id: true } }))
    if (!(await hasWaiting(tx, addressId, reason)))
      await queueOfAddress(tx, { tenantId, addressId, reason, at });
}

/** Returns the newest messages of each address. */
export async function listDeliveries(tx: Tx, addressIds: readonly string[]): Promise<DeliveryRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT d.* FROM unnest(${[...addressIds]}::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT ${DELIVERY} FROM alert_delivery
      WHERE address_id = wanted.id ORDER BY id DESC LIMIT 5) d`);
  return z.array(DeliveryRow).parse(rows);
}

/**
 * Takes due messages and counts the attempt before it is made: a process that dies while it sends has used an attempt,
 * and after its lease another process sends again. Messages about one alert reach an address in their order.
 */
export async function claimMessages(
  tx: Tx,
  claim: {
    readonly tenantId: string;
    readonly now: Date;
    readonly leaseUntil: Date;
    readonly limit: number;
  },
): Promise<DeliveryRow[]> {
  const { tenantId, now, leaseUntil, limit } = claim;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    UPDATE alert_delivery SET attempts = attempts + 1, lease_until = ${leaseUntil}
    WHERE id IN (SELECT d.id FROM alert_delivery d
      WHERE d.tenant_id = ${tenantId}::uuid AND d.status = 'waiting' AND d.next_at <= ${now}
        AND (d.lease_until IS NULL OR d.lease_until <= ${now})
        AND NOT EXISTS (SELECT 1 FROM alert_delivery o WHERE o.alert_id = d.alert_id
          AND o.address_id = d.address_id AND o.status = 'waiting' AND o.id < d.id)
      ORDER BY d.next_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${DELIVERY}`);
  return z.array(DeliveryRow).parse(rows);
}

export async function settleMessage(
  tx: Tx,
  row: Pick<DeliveryRow, "id" | "attempts">,
  end: {
    readonly status: DeliveryStatus;
    readonly nextAt: Date | undefined;
    readonly at: Date;
    readonly outcome: AttemptOutcome;
    readonly httpStatus: number | undefined;
  },
): Promise<void> {
  await tx.alert_delivery.updateMany({
    where: { id: row.id, attempts: row.attempts, status: "waiting" },
    data: {
      status: end.status,
      lease_until: null,
      ...(end.nextAt === undefined ? {} : { next_at: end.nextAt }),
      ended_at: end.status === "waiting" ? null : end.at,
      outcome: end.outcome,
      http_status: end.httpStatus ?? null,
    },
  });
}

/** Returns open alerts of this severity that no one acknowledged since before, and that were not escalated yet. */
export async function listUnanswered(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly severity: Severity; readonly before: Date },
): Promise<{ readonly id: string; readonly severity: Severity }[]> {
  const { tenantId, severity, before } = wanted;
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT a.id::text FROM alert a
    WHERE a.tenant_id = ${tenantId}::uuid AND a.severity = ${severity} AND a.resolved_at IS NULL
      AND a.acknowledged_at IS NULL AND a.opened_at <= ${before}
      AND EXISTS (SELECT 1 FROM alert_delivery o WHERE o.alert_id = a.id AND o.reason = 'opened')
      AND NOT EXISTS (SELECT 1 FROM alert_delivery d WHERE d.alert_id = a.id AND d.reason = 'escalated')
    ORDER BY a.id LIMIT 50`);
  return rows.map(({ id }) => ({ id, severity }));
}

/** Deletes messages that ended before this moment, a bounded number at a time. */
export async function deleteMessagesBefore(tx: Tx, tenantId: string, before: Date): Promise<void> {
  await tx.$executeRaw(Prisma.sql`DELETE FROM alert_delivery WHERE id IN (SELECT id FROM alert_delivery
    WHERE tenant_id = ${tenantId}::uuid AND status <> 'waiting' AND ended_at < ${before} LIMIT 1000)`);
}
