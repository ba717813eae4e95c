import "server-only";
import { kindOf } from "@/lib/alerts/catalogue";
import { queueMessages } from "@/lib/alerts/delivery/store";
import {
  type AlertRow,
  findCaseOf,
  findNewest,
  insertAlert,
  listUnseen,
  lockAlert,
  noteSighting,
  resolveRow,
} from "@/lib/alerts/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";

/** An alarm that was seen: what it is called, what it is about, how often, and in which entries of the log. */
export interface Seen {
  readonly name: string;
  readonly subject: string;
  readonly at: Date;
  readonly count: number;
  /** Numbers in the log, rising. A rule names the entries that it found; other alarms have none. */
  readonly entries: readonly number[];
  /** It opens no alert yet, but an open one was seen again. */
  readonly isShort?: boolean;
  /** Another part told it, which tells each of its alarms for an hour: it counts if it happened after the last sighting. */
  readonly isRelayed?: boolean;
}

export type ObserveContext = AuditContext & DbContext;

/** An entry about a grant belongs to its case: other agencies and people whom it is sealed from must not learn of it. */
export async function caseOf(
  tx: Tx,
  { instance }: Pick<ObserveContext, "instance">,
  subject: string,
): Promise<{ readonly caseId?: string }> {
  const caseId = await findCaseOf(tx, instance.tenantId, subject);
  return caseId === undefined ? {} : { caseId };
}

async function open(tx: Tx, cx: ObserveContext, seen: Seen): Promise<void> {
  const { name, subject, entries, count } = seen;
  const { severity } = kindOf(name);
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "alert.open",
    subjects: [`alert:${id}`],
    details: { alert: id, name, subject, severity, entries: [...entries].slice(-20) },
    ...(await caseOf(tx, cx, subject)),
  });
  await insertAlert(tx, { id, tenantId, name, subject, severity, at, count, entries });
  await queueMessages(tx, { tenantId, alertId: id, severity, reason: "opened", at });
}

/** The time of one event differs between two answers by what the calls took. */
const ONE_EVENT_MS = 2_000;

/** Whether a part told again what the alert counts already. */
function isToldAgain(known: AlertRow, { at, isRelayed }: Seen): boolean {
  return isRelayed === true && at.getTime() - known.last_seen_at.getTime() < ONE_EVENT_MS;
}

/** Entries that the alert does not have yet. */
function newEntries(known: AlertRow, { entries }: Seen): number[] {
  return entries.filter((seq) => seq > (known.last_entry ?? -1));
}

async function observeOne(tx: Tx, cx: ObserveContext, seen: Seen): Promise<"opened" | "seen" | "known"> {
  const { name, subject } = seen;
  const known = await findNewest(tx, { tenantId: cx.instance.tenantId, name, subject });
  if (known !== undefined && isToldAgain(known, seen)) return "known";
  const fresh = known === undefined ? [...seen.entries] : newEntries(known, seen);
  const isOfEntries = seen.entries.length > 0;
  if (isOfEntries && fresh.length === 0) return "known";
  if (known === undefined || known.resolved_at !== null) {
    if (seen.isShort === true) return "known";
    await open(tx, cx, { ...seen, entries: fresh, count: isOfEntries ? fresh.length : seen.count });
    return "opened";
  }
  const count = isOfEntries ? fresh.length : seen.count;
  await noteSighting(tx, known.id, { at: seen.at, count, entries: fresh });
  return "seen";
}

/**
 * Opens an alert for each alarm that has none open, and notes on the others that they were seen again. An entry of the
 * log that an earlier alert already has opens no second one. Several portals may see the same alarm: one of them opens it.
 */
export async function observe(cx: ObserveContext, seen: readonly Seen[]): Promise<void> {
  for (const one of seen) {
    try {
      await inTransaction(cx, (tx) => observeOne(tx, cx, one));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Another portal opened it in the meantime.
      await inTransaction(cx, (tx) => observeOne(tx, cx, one));
    }
  }
}

/** A condition that was not seen for so long has ended. Longer than two looks of the slowest portal. */
const CONDITION_MS = 90_000;
const QUIET_MS = 60 * 60_000;

/** Whether the alert's condition still lasts: it was seen just now. */
export function isLasting(row: Pick<AlertRow, "name" | "last_seen_at">, now: Date): boolean {
  return kindOf(row.name).ends === "condition" && now.getTime() - row.last_seen_at.getTime() < CONDITION_MS;
}

function hasEnded({ name, last_seen_at: seen }: AlertRow, now: Date): boolean {
  const { ends } = kindOf(name);
  if (ends === "person") return false;
  return now.getTime() - seen.getTime() >= (ends === "condition" ? CONDITION_MS : QUIET_MS);
}

/**
 * Ends alerts of this kind that are over, each with an entry. Conditions are ended by the one who looks at them, so that
 * a look that failed ends none. An alert that only a person ends stays open.
 */
export async function endUnseen(cx: ObserveContext, kind: "condition" | "quiet"): Promise<number> {
  const now = cx.clock.now();
  const { tenantId } = cx.instance;
  const before = new Date(now.getTime() - CONDITION_MS);
  const unseen = await inTransaction(cx, (tx) => listUnseen(tx, tenantId, before));
  let ended = 0;
  const isOver = (row: AlertRow) => kindOf(row.name).ends === kind && hasEnded(row, now);
  for (const { id } of unseen.filter(isOver)) {
    await inTransaction(cx, async (tx) => {
      const row = await lockAlert(tx, tenantId, id);
      if (row === undefined || row.resolved_at !== null || !isOver(row)) return;
      await appendEntry(tx, cx, {
        class: "admin",
        outcome: "done",
        action: "alert.end",
        subjects: [`alert:${id}`],
        details: { alert: id, name: row.name, subject: row.subject },
        ...(await caseOf(tx, cx, row.subject)),
      });
      await resolveRow(tx, id, { at: now, userId: null, reason: null });
      await queueMessages(tx, { tenantId, alertId: id, severity: row.severity, reason: "resolved", at: now });
      ended += 1;
    });
  }
  return ended;
}
