import "server-only";
import { bodyOf, mailOf } from "@/lib/alerts/delivery/compose";
import {
  type AddressRow,
  claimMessages,
  type DeliveryRow,
  deleteMessagesBefore,
  listUnanswered,
  lockAddress,
  queueMessages,
  settleMessage,
} from "@/lib/alerts/delivery/store";
import type { Severity } from "@/lib/alerts/schema";
import { type AlertRow, findAlert } from "@/lib/alerts/store";
import type { Clock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import type { Keystore } from "@/lib/keystore/keystore";
import { followUp } from "@/lib/notify/deliveries/deliver";
import { postOnce } from "@/lib/notify/guard/post";
import { findTarget } from "@/lib/notify/guard/target";
import type { Mailer } from "@/lib/notify/mail/mailer";
import type { AttemptOutcome } from "@/lib/notify/schema";
import { messageId, signedHeaders } from "@/lib/notify/webhooks/signature";
import type { Logger } from "@/lib/telemetry/logger";

/** Longer than an attempt can take, so that a second process does not send while the first one is alive. */
const LEASE_MS = 90_000;
const BATCH = 8;
const KEEP_MS = 90 * 86_400_000;

export interface SendContext extends Pick<Context, "db" | "instance"> {
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly logger: Logger;
  readonly mailer?: Mailer | undefined;
  /** Address of the portal, for links. */
  readonly origin: string;
}

/** Returns the context that the keystore binds an address's secret to. */
export function addressContext(id: string): string {
  return `alert-address:${id}`;
}

interface Tried {
  readonly outcome: AttemptOutcome;
  readonly status?: number | undefined;
}

/** Signs and posts a message. The same message has the same `webhook-id` at each attempt. */
async function call(
  cx: SendContext,
  row: DeliveryRow,
  address: AddressRow,
  alert: AlertRow | undefined,
): Promise<Tried> {
  if (address.secret === null) return { outcome: "disabled" };
  const target = await findTarget(new URL(address.address), { loopback: cx.instance.evaluation });
  if (typeof target === "string") return { outcome: target };
  const message = {
    id: messageId(row.id),
    timestamp: Math.floor(cx.clock.nowMs() / 1_000),
    body: bodyOf(row, alert, cx.origin),
  };
  const secret = cx.keystore.openSecret(addressContext(address.id), address.secret);
  const posted = await postOnce(target, message.body, signedHeaders(message, [secret]));
  return { outcome: posted.outcome, ...("status" in posted ? { status: posted.status } : {}) };
}

async function attempt(cx: SendContext, row: DeliveryRow): Promise<Tried> {
  const { tenantId } = cx.instance;
  const { address, alert } = await inTransaction(cx, async (tx) => ({
    address: await lockAddress(tx, tenantId, row.address_id),
    alert: row.alert_id === null ? undefined : await findAlert(tx, tenantId, row.alert_id),
  }));
  if (address === undefined) return { outcome: "disabled" };
  if (address.ended_at !== null && row.reason !== "removed") return { outcome: "disabled" };
  if (address.channel === "webhook") return call(cx, row, address, alert);
  if (cx.mailer === undefined) return { outcome: "not_set_up" };
  return { outcome: await cx.mailer.send(mailOf(row, alert, address.address, cx.origin)) };
}

async function sendOne(cx: SendContext, row: DeliveryRow): Promise<void> {
  const { outcome, status: httpStatus } = await attempt(cx, row);
  const at = cx.clock.now();
  const [status, nextAt] = followUp(outcome, row.attempts, at.getTime());
  await inTransaction(cx, (tx) => settleMessage(tx, row, { status, nextAt, at, outcome, httpStatus }));
  if (outcome !== "delivered")
    cx.logger.warn({ message: row.id, outcome, attempt: row.attempts }, "an alert was not delivered");
}

/**
 * Sends the messages that are due and returns how many. An attempt is counted before it is made, so a process that dies
 * in between leaves a message that is sent again after the lease, with the same id.
 */
export async function sendAlerts(cx: SendContext): Promise<number> {
  const now = cx.clock.now();
  const claim = {
    tenantId: cx.instance.tenantId,
    now,
    leaseUntil: new Date(now.getTime() + LEASE_MS),
    limit: BATCH,
  };
  const due = await inTransaction(cx, (tx) => claimMessages(tx, claim));
  const done = await Promise.allSettled(due.map((row) => sendOne(cx, row)));
  for (const one of done)
    if (one.status === "rejected")
      cx.logger.warn({ err: one.reason }, "an alert could not be sent; it will be tried again");
  return due.length;
}

/** How long an alert may wait for a person before its addresses get a second message. */
const PATIENCE_MS: Readonly<Record<Severity, number>> = { critical: 15 * 60_000, warning: 4 * 60 * 60_000 };

/** Queues one more message for each alert that no one acknowledged in time, and deletes old messages. */
export async function escalate(cx: Pick<SendContext, "db" | "instance" | "clock">): Promise<number> {
  const now = cx.clock.now();
  const { tenantId } = cx.instance;
  return inTransaction(cx, async (tx) => {
    let escalated = 0;
    for (const severity of ["critical", "warning"] as const) {
      const before = new Date(now.getTime() - PATIENCE_MS[severity]);
      for (const alert of await listUnanswered(tx, { tenantId, severity, before })) {
        await queueMessages(tx, { tenantId, alertId: alert.id, severity, reason: "escalated", at: now });
        escalated += 1;
      }
    }
    await deleteMessagesBefore(tx, tenantId, new Date(now.getTime() - KEEP_MS));
    return escalated;
  });
}
