import "server-only";
import { kindOf } from "@/lib/alerts/catalogue";
import { isLasting } from "@/lib/alerts/observe";
import type { Alert, AlertPage, AlertQuery } from "@/lib/alerts/schema";
import { type AlertRow, findAlert, findHolderOf, findUserOf, listAlertRows } from "@/lib/alerts/store";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { isUnreadable, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { requireCursor } from "@/lib/paging";

type Reader = Pick<Context, "principal" | "instance" | "clock">;

/** Whether the caller acts on alerts: administrators, and the operator's compliance. */
export function actsOnAlerts({ principal: { role, duties } }: Pick<Context, "principal">): boolean {
  if (role === "admin") return duties.includes("admin");
  return role === "coordinator" && duties.includes("compliance");
}

/** Returns the account that an alert is about: the person themselves, or the holder of a grant. */
async function concernedBy(tx: Tx, tenantId: string, { subject }: AlertRow): Promise<string | undefined> {
  const [kind, id = ""] = subject.split(":");
  if (kind === "actor") return findUserOf(tx, tenantId, id);
  return kind === "grant" && isUuid(id) ? findHolderOf(tx, tenantId, id) : undefined;
}

/** Whether an alert is about the caller or another account of theirs: then another person acts on it. */
export async function isAboutCaller(
  tx: Tx,
  { principal, instance }: Reader,
  row: AlertRow,
): Promise<boolean> {
  const userId = await concernedBy(tx, instance.tenantId, row);
  return userId !== undefined && isSameHuman(tx, principal.userId, userId);
}

function stateOf({ resolved_at: resolved, acknowledged_at: acknowledged }: AlertRow): Alert["state"] {
  if (resolved !== null) return "resolved";
  return acknowledged === null ? "open" : "acknowledged";
}

/** Returns an alert as the caller sees it; `isOwn` where it is about them. */
export function viewAlert(cx: Reader, row: AlertRow, isOwn: boolean): Alert {
  const state = stateOf(row);
  const lasting = state !== "resolved" && isLasting(row, cx.clock.now());
  const mayAct = actsOnAlerts(cx) && !isOwn;
  const { acknowledged_at: seenAt, acknowledged_by: by, resolved_at: endedAt } = row;
  return {
    id: row.id,
    name: row.name,
    subject: row.subject,
    person: row.person,
    severity: row.severity,
    state,
    runbook: kindOf(row.name).runbook,
    opened_at: row.opened_at.toISOString(),
    last_seen_at: row.last_seen_at.toISOString(),
    count: row.count,
    entries: row.entries,
    acknowledged: seenAt === null ? null : { by: by ?? "", at: seenAt.toISOString(), note: row.note },
    resolved:
      endedAt === null ? null : { by: row.resolved_by, at: endedAt.toISOString(), note: row.resolution },
    is_lasting: lasting,
    may_acknowledge: mayAct && state === "open",
    may_resolve: mayAct && state !== "resolved" && !lasting,
  };
}

async function ownIds(tx: Tx, cx: Reader, rows: readonly AlertRow[]): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for (const row of rows) if (await isAboutCaller(tx, cx, row)) own.add(row.id);
  return own;
}

/** Returns alerts, newest first, for administrators and compliance. Throws `request.invalid` for a wrong cursor. */
export async function listAlerts(cx: Context, { view, cursor, limit }: AlertQuery): Promise<AlertPage> {
  const after = requireCursor(cursor);
  await recordReadOnce(cx, "alert.read");
  return inSnapshot(cx, async (tx) => {
    const { tenantId } = cx.instance;
    const sealed = await findSealedCases(tx, cx);
    const rows = await listAlertRows(tx, { tenantId, sealed, view, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const own = await ownIds(
      tx,
      cx,
      shown.filter((row): row is AlertRow => !isUnreadable(row)),
    );
    return {
      ...viewRows(cx, "alerts", shown, (row: AlertRow) => viewAlert(cx, row, own.has(row.id))),
      next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  });
}

/** Returns one alert. Throws `alert.not-found`. */
export async function getAlert(cx: Context, id: string): Promise<Alert> {
  await recordReadOnce(cx, "alert.read");
  return inSnapshot(cx, async (tx) => {
    const row = await findAlert(tx, cx.instance.tenantId, id, await findSealedCases(tx, cx));
    if (row === undefined) throw new DomainError("alert.not-found");
    return viewAlert(cx, row, await isAboutCaller(tx, cx, row));
  });
}
