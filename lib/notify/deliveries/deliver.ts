import type { Context } from "@/lib/context/context";
import "server-only";
import { randomInt } from "node:crypto";
import type { Clock } from "@/lib/clock";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import type { Keystore } from "@/lib/keystore/keystore";
import { composeMail, composeMessage } from "@/lib/notify/deliveries/compose";
import {
  claimDue,
  type DeliveryRow,
  deleteNotificationsBefore,
  insertAttempt,
  settle,
} from "@/lib/notify/deliveries/store";
import { type Posted, postOnce } from "@/lib/notify/guard/post";
import { findTarget } from "@/lib/notify/guard/target";
import type { Mailer } from "@/lib/notify/mail/mailer";
import type { AttemptOutcome, DeliveryStatus } from "@/lib/notify/schema";
import { signedHeaders } from "@/lib/notify/webhooks/signature";
import type { Logger } from "@/lib/telemetry/logger";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after each failed attempt the next one is made: from a minute to three days. */
const DELAYS_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  8 * HOUR_MS,
  24 * HOUR_MS,
  72 * HOUR_MS,
];
/** Up to a fifth more, so that messages that failed together are not retried together. */
const JITTER = 0.2;

/**
 * Returns milliseconds until the attempt after the `failed`th one; undefined after the last one. `chance` is drawn
 * evenly from [0, 1). Pure.
 */
function delayAfter(failed: number, chance: number): number | undefined {
  const delay = DELAYS_MS[failed - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * chance));
}

export interface DeliverContext extends Pick<Context, "db" | "instance"> {
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly logger: Logger;
  readonly mailer: Mailer | undefined;
  /** The page where people read what the e-mail is about. */
  readonly origin: string;
}

/** Longer than an attempt can take, so that a second process does not send while the first one is alive. */
const LEASE_MS = 90_000;
const BATCH = 8;
const DAY_MS = 86_400_000;
const KEEP_NOTICES_MS = 180 * DAY_MS;
const KEEP_DELIVERIES_MS = 30 * DAY_MS;

interface Tried {
  readonly outcome: AttemptOutcome;
  readonly status?: number | undefined;
}

/** Outcomes that a retry cannot improve. */
const FINAL: readonly AttemptOutcome[] = ["withheld", "disabled", "refused", "not_set_up"];

async function callWebhook(cx: DeliverContext, row: DeliveryRow): Promise<Tried> {
  const message = await inTransaction(cx, (tx) => composeMessage(tx, cx, row));
  if (typeof message === "string") return { outcome: message };
  const allowance = { loopback: cx.instance.evaluation };
  const target = await findTarget(new URL(message.url), allowance);
  if (typeof target === "string") return { outcome: target };
  const posted: Posted = await postOnce(target, message.body, signedHeaders(message, message.secrets));
  return { outcome: posted.outcome, ...("status" in posted ? { status: posted.status } : {}) };
}

async function sendMail(cx: DeliverContext, row: DeliveryRow): Promise<Tried> {
  if (cx.mailer === undefined) return { outcome: "not_set_up" };
  const mail = await inTransaction(cx, (tx) => composeMail(tx, cx, row));
  return { outcome: typeof mail === "string" ? mail : await cx.mailer.send(mail) };
}

/**
 * Returns the status of a message after an attempt, and when the next one is made. `failed` counts the attempts since the
 * last replay, this one included.
 */
export function followUp(
  outcome: AttemptOutcome,
  failed: number,
  nowMs: number,
): [DeliveryStatus, Date | undefined] {
  if (outcome === "delivered") return ["delivered", undefined];
  if (outcome === "withheld" || outcome === "disabled") return ["withheld", undefined];
  const delay = FINAL.includes(outcome) ? undefined : delayAfter(failed, randomInt(1_000) / 1_000);
  return delay === undefined ? ["failed", undefined] : ["waiting", new Date(nowMs + delay)];
}

async function writeDown(
  tx: Tx,
  cx: DeliverContext,
  row: DeliveryRow,
  tried: Tried,
  begun: number,
): Promise<void> {
  const at = cx.clock.now();
  const [status, nextAt] = followUp(tried.outcome, row.attempts - row.earlier, at.getTime());
  await insertAttempt(tx, {
    deliveryId: row.id,
    number: row.attempts,
    tenantId: cx.instance.tenantId,
    at,
    outcome: tried.outcome,
    httpStatus: tried.status,
    tookMs: Math.max(0, Math.round(performance.now() - begun)),
  });
  await settle(tx, { id: row.id, attempt: row.attempts, status, nextAt, at });
}

async function deliverOne(cx: DeliverContext, row: DeliveryRow): Promise<void> {
  const begun = performance.now();
  const tried = row.webhook_id === null ? await sendMail(cx, row) : await callWebhook(cx, row);
  await inTransaction(cx, (tx) => writeDown(tx, cx, row, tried, begun));
  const fields = { delivery: row.id, outcome: tried.outcome, attempt: row.attempts };
  if (tried.outcome !== "delivered") cx.logger.info(fields, "a notification was not delivered");
}

/**
 * Makes the attempts that are due, and answers how many. An attempt is counted before it is made and recorded after it.
 * If the process dies in between, the next one sends the same message again after the lease. So a message is sent at
 * least once, always with the same `webhook-id`.
 */
export async function deliverDue(cx: DeliverContext): Promise<number> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  const leaseUntil = new Date(now.getTime() + LEASE_MS);
  const due = await inTransaction(cx, (tx) => claimDue(tx, { tenantId, now, leaseUntil, limit: BATCH }));
  const done = await Promise.allSettled(due.map((row) => deliverOne(cx, row)));
  for (const one of done)
    if (one.status === "rejected")
      cx.logger.warn({ err: one.reason }, "a notification could not be sent; it will be tried again");
  return due.length;
}

/** Deletes notices after half a year, and sent messages after a month. */
export async function deleteOldNotifications(cx: DbContext & { readonly clock: Clock }): Promise<void> {
  const now = cx.clock.nowMs();
  const until = { notices: new Date(now - KEEP_NOTICES_MS), deliveries: new Date(now - KEEP_DELIVERIES_MS) };
  await inTransaction(cx, (tx) => deleteNotificationsBefore(tx, cx.instance.tenantId, until));
}
