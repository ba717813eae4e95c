import "server-only";
import { queueMessages } from "@/lib/alerts/delivery/store";
import { isAboutCaller, viewAlert } from "@/lib/alerts/list-alerts";
import { caseOf, isLasting } from "@/lib/alerts/observe";
import type { AlertChanged, NewNote, NewResolution } from "@/lib/alerts/schema";
import { type AlertRow, acknowledgeRow, findAlert, lockAlert, resolveRow } from "@/lib/alerts/store";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, ownApproval } from "@/lib/errors";

/** The alert, locked. Throws `alert.not-found`, `alert.own` where it is about the caller, `alert.resolved`. */
async function lockOpen(tx: Tx, cx: Context, id: string): Promise<AlertRow> {
  const row = await lockAlert(tx, cx.instance.tenantId, id, await findSealedCases(tx, cx));
  if (row === undefined) throw new DomainError("alert.not-found");
  if (await isAboutCaller(tx, cx, row))
    throw ownApproval("alert.own", "This alert is about you. Another person must act on it.");
  if (row.resolved_at !== null) throw new DomainError("alert.resolved");
  return row;
}

async function append(
  tx: Tx,
  cx: Context,
  action: "alert.acknowledge" | "alert.resolve",
  row: AlertRow,
  words: Readonly<Record<string, string>>,
): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action,
    subjects: [`alert:${row.id}`],
    details: { alert: row.id, name: row.name, subject: row.subject, ...words },
    ...(await caseOf(tx, cx, row.subject)),
  });
}

async function answer(
  cx: Context,
  done: { readonly entry: AppendedEntry; readonly row: AlertRow },
): Promise<AlertChanged> {
  return { ...viewAlert(cx, done.row, false), receipt: await issueReceipt(cx, done.entry) };
}

/** Reads the row again after its change. */
async function reread(tx: Tx, cx: Context, row: AlertRow): Promise<AlertRow> {
  return (await findAlert(tx, cx.instance.tenantId, row.id)) ?? row;
}

/**
 * Takes an alert on: others see who works on it, and it is not escalated. Throws `alert.not-found`, `alert.own`,
 * `alert.resolved`, and `alert.acknowledged` if another person already has it.
 */
export async function acknowledgeAlert(cx: Context, id: string, { note }: NewNote): Promise<AlertChanged> {
  const done = await inTransaction(cx, async (tx) => {
    const row = await lockOpen(tx, cx, id);
    if (row.acknowledged_at !== null)
      throw new DomainError("alert.acknowledged", {
        detail: `${row.acknowledged_by} already acknowledged it.`,
      });
    const entry = await append(tx, cx, "alert.acknowledge", row, { note });
    await acknowledgeRow(tx, id, { userId: cx.principal.userId, at: cx.clock.now(), note });
    return { entry, row: await reread(tx, cx, row) };
  });
  return answer(cx, done);
}

/**
 * Ends an alert with what was found and done. Throws `alert.not-found`, `alert.own`, `alert.resolved`, and
 * `alert.lasting` while its condition lasts, which would open it again.
 */
export async function resolveAlert(
  cx: Context,
  id: string,
  { reason }: NewResolution,
): Promise<AlertChanged> {
  const done = await inTransaction(cx, async (tx) => {
    const row = await lockOpen(tx, cx, id);
    const at = cx.clock.now();
    if (isLasting(row, at))
      throw new DomainError("alert.lasting", {
        detail: "It ends automatically when its cause ends. Until then you can only acknowledge it.",
      });
    const entry = await append(tx, cx, "alert.resolve", row, { reason });
    await resolveRow(tx, id, { at, userId: cx.principal.userId, reason });
    const { tenantId } = cx.instance;
    await queueMessages(tx, { tenantId, alertId: id, severity: row.severity, reason: "resolved", at });
    return { entry, row: await reread(tx, cx, row) };
  });
  return answer(cx, done);
}
