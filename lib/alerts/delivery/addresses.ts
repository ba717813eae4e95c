import "server-only";
import { addressContext } from "@/lib/alerts/delivery/deliver";
import type {
  AddressAdded,
  AddressChanged,
  AddressPage,
  AddressQuery,
  AlertAddress,
  AlertDelivery,
  NewAddress,
} from "@/lib/alerts/delivery/schema";
import {
  type AddressRow,
  countAddresses,
  type DeliveryRow,
  endAddress,
  hasWaiting,
  insertAddress,
  listAddressRows,
  listDeliveries,
  lockAddress,
  queueOfAddress,
} from "@/lib/alerts/delivery/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { urlFault } from "@/lib/notify/guard/target";
import { isPlainAddress } from "@/lib/notify/mail/mailer";
import { newSecret, secretText } from "@/lib/notify/webhooks/signature";
import { requireCursor } from "@/lib/paging";

/** Enough for teams and their systems; each costs a message for every alert. */
const MOST_ADDRESSES = 20;
/** Each addition can send a last message, so their number within a day is bounded too. */
const MOST_ADDITIONS = 40;
const DAY_MS = 86_400_000;

function viewDelivery(row: DeliveryRow): AlertDelivery {
  return {
    id: row.id,
    reason: row.reason,
    alert_id: row.alert_id,
    at: row.at.toISOString(),
    status: row.status,
    attempts: row.attempts,
    outcome: row.outcome,
    http_status: row.http_status,
    next_at: row.status === "waiting" ? row.next_at.toISOString() : null,
  };
}

function viewAddress(row: AddressRow, deliveries: readonly DeliveryRow[]): AlertAddress {
  return {
    id: row.id,
    channel: row.channel,
    address: row.channel === "webhook" ? new URL(row.address).origin : row.address,
    least: row.least,
    state: row.ended_at === null ? "active" : "removed",
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    ended_at: row.ended_at?.toISOString() ?? null,
    deliveries: deliveries.filter(({ address_id: of }) => of === row.id).map(viewDelivery),
  };
}

/** Returns the addresses for alerts, each with its newest messages. Throws `request.invalid` for a wrong cursor. */
export async function listAddresses(
  cx: Context,
  { cursor, limit }: AddressQuery,
  hasMail: boolean,
): Promise<AddressPage> {
  const after = requireCursor(cursor);
  await recordReadOnce(cx, "alert.read");
  return inSnapshot(cx, async (tx) => {
    const rows = await listAddressRows(tx, { tenantId: cx.instance.tenantId, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const sent = await listDeliveries(
      tx,
      shown.map(({ id }) => id),
    );
    return {
      ...viewRows(cx, "alert-addresses", shown, (row: AddressRow) => viewAddress(row, sent)),
      next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
      has_mail: hasMail,
    };
  });
}

/** The address in its one way of writing. Throws `request.invalid` for one that messages may not be sent to. */
function requireAddress(cx: Context, { channel, address }: NewAddress): string {
  const pointer = "/address";
  if (channel === "mail") {
    if (address.length > 320 || !isPlainAddress(address))
      throw invalidField(pointer, "is not one mail address");
    return address;
  }
  const fault = urlFault(address, { loopback: cx.instance.evaluation });
  if (fault !== undefined) throw invalidField(pointer, fault);
  return new URL(address).href;
}

/** Throws `alert-address.too-many` for the addresses that are active, and for those that were added within a day. */
async function requireRoom(tx: Tx, tenantId: string, at: Date): Promise<void> {
  const { active, added } = await countAddresses(tx, tenantId, new Date(at.getTime() - DAY_MS));
  if (active >= MOST_ADDRESSES)
    throw new DomainError("alert-address.too-many", {
      detail: `At most ${MOST_ADDRESSES} addresses are allowed. Remove one first.`,
    });
  if (added >= MOST_ADDITIONS)
    throw new DomainError("alert-address.too-many", {
      detail: `At most ${MOST_ADDITIONS} addresses can be added in 24 hours. Try again later.`,
    });
}

/**
 * Adds an address for alerts. The secret of a webhook is in this answer and never shown again. Throws `request.invalid`
 * for an address that messages may not be sent to, and `alert-address.too-many`.
 */
export async function addAddress(cx: Context, body: NewAddress): Promise<AddressAdded> {
  const address = requireAddress(cx, body);
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const plain = body.channel === "webhook" ? newSecret() : undefined;
  const secret = plain === undefined ? null : cx.keystore.sealSecret(addressContext(id), plain);
  const row = { id, channel: body.channel, address, secret, least: body.least };
  const entry = await inTransaction(cx, async (tx) => {
    await requireRoom(tx, tenantId, at);
    const { channel, least } = body;
    const where =
      channel === "webhook" ? new URL(address).origin : address.slice(address.lastIndexOf("@") + 1);
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "alert.add-address",
      subjects: [`alert-address:${id}`],
      details: { address: id, channel, least, where },
    });
    await insertAddress(tx, { ...row, tenantId, at, userId: cx.principal.userId });
    return written;
  });
  const stored = { ...row, created_at: at, created_by: cx.principal.name, ended_at: null };
  return {
    ...viewAddress(stored, []),
    secret: plain === undefined ? null : secretText(plain),
    receipt: await issueReceipt(cx, entry),
  };
}

/** Throws `alert-address.not-found`, and `alert-address.removed` for one that was removed. */
async function lockActive(tx: Tx, cx: Context, id: string): Promise<AddressRow> {
  const row = await lockAddress(tx, cx.instance.tenantId, id);
  if (row === undefined) throw new DomainError("alert-address.not-found");
  if (row.ended_at !== null) throw new DomainError("alert-address.removed");
  return row;
}

async function change(
  cx: Context,
  id: string,
  action: "alert.remove-address" | "alert.test-address",
  write: (tx: Tx, at: Date) => Promise<void>,
): Promise<AddressChanged> {
  const at = cx.clock.now();
  const { row, sent, entry } = await inTransaction(cx, async (tx) => {
    const found = await lockActive(tx, cx, id);
    const written = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action,
      subjects: [`alert-address:${id}`],
      details: { address: id, channel: found.channel },
    });
    await write(tx, at);
    const changed = (await lockAddress(tx, cx.instance.tenantId, id)) ?? found;
    return { row: changed, sent: await listDeliveries(tx, [id]), entry: written };
  });
  return { ...viewAddress(row, sent), receipt: await issueReceipt(cx, entry) };
}

/** Removes an address: it gets one last message, which says so. Throws as `lockActive`. */
export function removeAddress(cx: Context, id: string): Promise<AddressChanged> {
  const { tenantId } = cx.instance;
  return change(cx, id, "alert.remove-address", async (tx, at) => {
    await queueOfAddress(tx, { tenantId, addressId: id, reason: "removed", at });
    await endAddress(tx, id, at, cx.principal.userId);
  });
}

/** Takes one test message from the tenant's budget of the day. Throws `alert-address.tests` (429) when it is used up. */
async function takeTest(cx: Context): Promise<void> {
  const draw = await cx.limits?.take("alert_test", cx.instance.tenantId);
  if (draw === undefined || draw.success) return;
  throw new DomainError("alert-address.tests", {
    detail: `At most ${draw.limit} test messages can be sent in 24 hours. Try again later.`,
    retryAfterSeconds: Math.max(1, Math.ceil((draw.reset - cx.clock.nowMs()) / 1000)),
  });
}

/**
 * Queues a test message. Throws as `lockActive`, `alert-address.testing` while an earlier test waits, and
 * `alert-address.tests`.
 */
export function testAddress(cx: Context, id: string): Promise<AddressChanged> {
  return change(cx, id, "alert.test-address", async (tx, at) => {
    if (await hasWaiting(tx, id, "test")) throw new DomainError("alert-address.testing");
    await takeTest(cx);
    await queueOfAddress(tx, { tenantId: cx.instance.tenantId, addressId: id, reason: "test", at });
  });
}
