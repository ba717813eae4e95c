import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows, unreadable } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { AttemptOutcome, DeliveryStatus, MessageKind } from "@/lib/notify/schema";

const DeliveryRow = z.object({
  id: z.string(),
  user_id: z.string(),
  webhook_id: z.string().nullable(),
  kind: MessageKind,
  subject: z.string(),
  state: z.string(),
  at: z.date(),
  status: DeliveryStatus,
  attempts: z.number(),
  earlier: z.number(),
  next_at: z.date(),
});
export type DeliveryRow = z.infer<typeof DeliveryRow>;

const COLUMNS = Prisma.sql`id::text, user_id::text, webhook_id::text, kind, subject, state, at, status, attempts, earlier, next_at`;

export interface Claim {
  readonly tenantId: string;
  readonly now: Date;
  readonly leaseUntil: Date;
  readonly limit: number;
}

/**
 * Takes due messages and counts the attempt before it is made: a process that dies while it sends has used an attempt,
 * and after its lease another process sends again.
 */
export async function claimDue(tx: Tx, { tenantId, now, leaseUntil, limit }: Claim): Promise<DeliveryRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    UPDATE notify_delivery SET attempts = attempts + 1, lease_until = ${leaseUntil}
    WHERE id IN (
      SELECT id FROM notify_delivery
      WHERE tenant_id = ${tenantId}::uuid AND status = 'waiting' AND next_at <= ${now}
        AND (lease_until IS NULL OR lease_until <= ${now})
      ORDER BY next_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${COLUMNS}`);
  return z.array(DeliveryRow).parse(rows);
}

/** What an attempt came to, and what follows. */
export interface Settled {
  readonly id: string;
  /** Number of the attempt; an attempt that another process took over changes no row. */
  readonly attempt: number;
  readonly status: DeliveryStatus;
  readonly nextAt: Date | undefined;
  readonly at: Date;
}

export async function settle(tx: Tx, { id, attempt, status, nextAt, at }: Settled): Promise<void> {
  await tx.notify_delivery.updateMany({
    where: { id, attempts: attempt, status: "waiting" },
    data: {
      status,
      lease_until: null,
      ...(nextAt === undefined ? {} : { next_at: nextAt }),
      ended_at: status === "waiting" ? null : at,
    },
  });
}

export interface AttemptRow {
  readonly deliveryId: string;
  readonly number: number;
  readonly tenantId: string;
  readonly at: Date;
  readonly outcome: AttemptOutcome;
  readonly httpStatus: number | undefined;
  readonly tookMs: number;
}

export async function insertAttempt(tx: Tx, row: AttemptRow): Promise<void> {
  await tx.notify_attempt.createMany({
    data: [
      {
        delivery_id: row.deliveryId,
        number: row.number,
        tenant_id: row.tenantId,
        at: row.at,
        outcome: row.outcome,
        http_status: row.httpStatus ?? null,
        took_ms: row.tookMs,
      },
    ],
    skipDuplicates: true,
  });
}

/** Deliveries of one webhook, newest first; `before` is the id of the last one shown. */
export async function listDeliveryRows(
  tx: Tx,
  webhookId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<Readable<DeliveryRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM notify_delivery
    WHERE webhook_id = ${webhookId}::uuid AND (${page.before ?? null}::uuid IS NULL OR id < ${page.before ?? null}::uuid)
    ORDER BY id DESC LIMIT ${page.limit}`);
  return readRows(rows, (row) => DeliveryRow.parse(row));
}

const Tried = z.object({
  delivery_id: z.string(),
  number: z.number(),
  at: z.date(),
  outcome: AttemptOutcome,
  http_status: z.number().nullable(),
  took_ms: z.number(),
});
export type Tried = z.infer<typeof Tried>;

export async function listAttempts(tx: Tx, deliveryIds: readonly string[]): Promise<Readable<Tried>[]> {
  const rows = await tx.notify_attempt.findMany({
    where: { delivery_id: { in: [...deliveryIds] } },
    orderBy: [{ delivery_id: "asc" }, { number: "asc" }],
  });
  return rows.map((row) => Tried.safeParse(row).data ?? unreadable(row.delivery_id, undefined));
}

/** One delivery of a webhook, locked against another's act. */
export async function lockDelivery(tx: Tx, webhookId: string, id: string): Promise<DeliveryRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM notify_delivery WHERE id = ${id}::uuid AND webhook_id = ${webhookId}::uuid FOR UPDATE`);
  return z.array(DeliveryRow).parse(rows)[0];
}

/** Queues a message about the webhook itself, for its owner. */
export async function insertTest(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly userId: string;
    readonly webhookId: string;
    readonly at: Date;
  },
): Promise<DeliveryRow> {
  const about = { kind: "webhook", subject: row.webhookId, state: "test", at: row.at } as const;
  const own = { id: row.id, user_id: row.userId, webhook_id: row.webhookId, next_at: row.at };
  await tx.notify_delivery.createMany({
    data: [{ ...own, ...about, tenant_id: row.tenantId, channel: "webhook", event_id: row.id }],
  });
  return { ...own, ...about, status: "waiting", attempts: 0, earlier: 0 };
}

/** Sends it again from now on, as the same message. */
export async function replayRow(tx: Tx, { id, attempts }: DeliveryRow, now: Date): Promise<void> {
  await tx.notify_delivery.updateMany({
    where: { id },
    data: { status: "waiting", earlier: attempts, next_at: now, lease_until: null, ended_at: null },
  });
}

const TRIM = 1_000;

/** Deletes old notifications and messages, a bounded number at a time. */
export async function deleteNotificationsBefore(
  tx: Tx,
  tenantId: string,
  until: { notices: Date; deliveries: Date },
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM notification WHERE id IN (SELECT id FROM notification
      WHERE tenant_id = ${tenantId}::uuid AND at < ${until.notices} ORDER BY at LIMIT ${TRIM})`);
  await tx.$executeRaw(Prisma.sql`
    WITH gone AS (DELETE FROM notify_delivery WHERE id IN (SELECT id FROM notify_delivery
        WHERE tenant_id = ${tenantId}::uuid AND at < ${until.deliveries} AND status <> 'waiting' ORDER BY at LIMIT ${TRIM})
      RETURNING id)
    DELETE FROM notify_attempt WHERE delivery_id IN (SELECT id FROM gone)`);
}
