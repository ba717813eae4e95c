import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUnreadable, type Readable, readableOf, type Viewed, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { typeOf } from "@/lib/notify/deliveries/compose";
import {
  type DeliveryRow,
  insertTest,
  listAttempts,
  listDeliveryRows,
  lockDelivery,
  replayRow,
  type Tried,
} from "@/lib/notify/deliveries/store";
import { requireIdCursor } from "@/lib/notify/list-notifications";
import type { Delivery, DeliveryQuery } from "@/lib/notify/schema";
import { ownedBy, requireActive } from "@/lib/notify/webhooks/rules";
import { messageId } from "@/lib/notify/webhooks/signature";
import { findWebhook, lockWebhook } from "@/lib/notify/webhooks/store";

/** Keeps the log of one message readable, and bounds how often a person can make the portal call. */
const MAX_ATTEMPTS = 100;

/** Throws where an attempt of the delivery cannot be read: its log would be incomplete. */
function toDelivery(row: DeliveryRow, tried: readonly Readable<Tried>[]): Delivery {
  if (tried.some((one) => isUnreadable(one) && one.id === row.id)) throw new TypeError("unreadable attempt");
  const own = readableOf(tried).filter(({ delivery_id: id }) => id === row.id);
  return {
    id: row.id,
    webhook_id: messageId(row.id),
    type: typeOf(row),
    at: row.at.toISOString(),
    status: row.status,
    attempts: own.map(({ number, at, outcome, http_status, took_ms }) => ({
      number,
      at: at.toISOString(),
      outcome,
      http_status,
      took_ms,
    })),
    next_at: row.status === "waiting" ? row.next_at.toISOString() : null,
  };
}

/** Returns what was sent to the caller's own webhook, newest first, with every attempt. Throws `webhook.not-found`. */
export async function listDeliveries(
  cx: Context,
  webhookId: string,
  query: DeliveryQuery,
): Promise<Viewed<Delivery> & { readonly next_cursor: string | null }> {
  const before = requireIdCursor(query.cursor);
  return inSnapshot(cx, async (tx) => {
    if ((await findWebhook(tx, ownedBy(cx), webhookId)) === undefined)
      throw new DomainError("webhook.not-found");
    const rows = await listDeliveryRows(tx, webhookId, { before, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    const tried = await listAttempts(
      tx,
      shown.map(({ id }) => id),
    );
    return {
      ...viewRows(cx, "deliveries", shown, (row: DeliveryRow) => toDelivery(row, tried)),
      next_cursor: rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
    };
  });
}

/**
 * Queues a message of the type `webhook.test` to the caller's webhook, signed and retried as all others. Throws
 * `webhook.not-found` and `webhook.disabled`.
 */
export async function testWebhook(
  cx: Context,
  webhookId: string,
): Promise<Delivery & { readonly receipt: Receipt }> {
  const at = cx.clock.now();
  const { tenantId } = cx.instance;
  const { row, entry } = await inTransaction(cx, async (tx) => {
    const hook = requireActive(await lockWebhook(tx, ownedBy(cx), webhookId));
    const test = { id: uuidv7(at.getTime()), tenantId, userId: hook.user_id, webhookId, at };
    const queued = await insertTest(tx, test);
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "webhook.test",
      subjects: [`webhook:${webhookId}`],
      caseId: hook.organisation_id,
      caseDetails: { message: messageId(queued.id) },
    });
    return { row: queued, entry: written };
  });
  return { ...toDelivery(row, []), receipt: await issueReceipt(cx, entry) };
}

/**
 * Sends a message of the caller's webhook again, as the same message with the same `webhook-id`. It checks again
 * whether the owner may still know of the thing. Throws `webhook.not-found`, `webhook.disabled`, and `delivery.state`
 * for a message that is still queued or was tried a hundred times.
 */
export async function replayDelivery(
  cx: Context,
  webhookId: string,
  id: string,
): Promise<Delivery & { readonly receipt: Receipt }> {
  const now = cx.clock.now();
  const { delivery, entry } = await inTransaction(cx, async (tx) => {
    const hook = requireActive(await lockWebhook(tx, ownedBy(cx), webhookId));
    const row = await lockDelivery(tx, webhookId, id);
    if (row === undefined) throw new DomainError("webhook.not-found");
    if (row.status === "waiting" || row.attempts >= MAX_ATTEMPTS) throw new DomainError("delivery.state");
    await replayRow(tx, row, now);
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "webhook.replay",
      subjects: [`webhook:${webhookId}`],
      caseId: hook.organisation_id,
      caseDetails: { message: messageId(id) },
    });
    const again: DeliveryRow = { ...row, status: "waiting", earlier: row.attempts, next_at: now };
    return { delivery: toDelivery(again, await listAttempts(tx, [id])), entry: written };
  });
  return { ...delivery, receipt: await issueReceipt(cx, entry) };
}
