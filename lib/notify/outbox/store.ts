import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import {
  HOLDER_COLUMNS,
  HOLDER_TABLES,
  type Holder,
  type HolderRow,
  toHolder,
} from "@/lib/identity/people/holders-store";
import { HookKind } from "@/lib/notify/schema";

const EventRow = z.object({
  id: z.string(),
  kind: HookKind,
  subject: z.string(),
  state: z.string(),
  at: z.date(),
  /** Pseudonym of the person who did it; null for the system, and where no entry names a person. */
  actor: z.string().nullable(),
  entry_id: z.string().nullable(),
});
export type EventRow = z.infer<typeof EventRow>;

/**
 * Takes the oldest changes that no other process is sending out of the outbox: they are deleted when the transaction
 * ends.
 */
export async function takeEvents(tx: Tx, tenantId: string, limit: number): Promise<EventRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH taken AS (
      DELETE FROM notify_event WHERE id IN (
        SELECT id FROM notify_event WHERE tenant_id = ${tenantId}::uuid ORDER BY at, id LIMIT ${limit}
        FOR UPDATE SKIP LOCKED)
      RETURNING id, kind, subject, state, at, entry_id)
    SELECT t.id::text, t.kind, t.subject, t.state, t.at, t.entry_id::text, i.actor
    FROM taken t LEFT JOIN audit_index i ON i.entry_id = t.entry_id ORDER BY t.at, t.id`);
  return z.array(EventRow).parse(rows);
}

export interface Person {
  readonly holder: Holder;
  /** Null until the person has chosen. */
  readonly mailKinds: readonly string[] | null;
}

/** Returns all active people of the tenant, with their choice of e-mails. */
export async function listPeople(tx: Tx, tenantId: string): Promise<Person[]> {
  const rows = await tx.$queryRaw<(HolderRow & { mail_kinds: string[] | null })[]>(Prisma.sql`
    SELECT ${HOLDER_COLUMNS}, s.mail_kinds FROM app_user u ${HOLDER_TABLES}
    LEFT JOIN notify_setting s ON s.user_id = u.id
    WHERE u.tenant_id = ${tenantId}::uuid AND u.state = 'active' AND o.state = 'active'
      AND coalesce(p.state, 'active') = 'active'`);
  return rows.map((row) => ({ holder: toHolder(row), mailKinds: row.mail_kinds }));
}

export interface Hook {
  readonly id: string;
  readonly userId: string;
  readonly kinds: readonly string[];
}

/** Returns the webhooks that receive changes. */
export async function listHooks(tx: Tx, tenantId: string): Promise<Hook[]> {
  const rows = await tx.webhook.findMany({
    where: { tenant_id: tenantId, state: "active" },
    select: { id: true, user_id: true, kinds: true },
  });
  return rows.map(({ id, user_id: userId, kinds }) => ({ id, userId, kinds }));
}

/** A notification for one person or program. */
export interface NewNotification {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly event: EventRow;
}

function columnsOf({ id, tenantId, userId, event }: NewNotification) {
  const { id: eventId, kind, subject, state, at } = event;
  return { id, tenant_id: tenantId, user_id: userId, event_id: eventId, kind, subject, state, at };
}

export async function insertNotifications(tx: Tx, notifications: readonly NewNotification[]): Promise<void> {
  await tx.notification.createMany({ data: notifications.map(columnsOf) });
}

export async function insertDeliveries(
  tx: Tx,
  notifications: readonly (NewNotification & { readonly webhookId?: string })[],
  now: Date,
): Promise<void> {
  await tx.notify_delivery.createMany({
    data: notifications.map((one) => ({
      ...columnsOf(one),
      channel: one.webhookId === undefined ? "mail" : "webhook",
      webhook_id: one.webhookId ?? null,
      next_at: now,
    })),
  });
}
