import "server-only";
import { seesEveryCase } from "@/lib/audit/reading/fence";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { ExportHistoryQuery, ExportItem, ExportPage } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type ExportRow, selectExports } from "./history-store";

/** A row of the history as the caller may see it. */
export function toItem(cx: Context, row: ExportRow): ExportItem {
  const { by_user_id, filter, started_at, finished_at, expires_at, ...rest } = row;
  const isOwn = by_user_id === cx.principal.userId;
  // Another person's access and filter values may reveal cases that the caller may not know of.
  const mayCount = isOwn || seesEveryCase(cx);
  return {
    ...rest,
    ...(mayCount ? {} : { entries: null, bytes: null, progress: null, total: null }),
    is_own: isOwn,
    filtered_by: mayCount ? Object.keys(filter).sort() : [],
    ...(isOwn ? { filter } : {}),
    started_at: started_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
    expires_at: expires_at?.toISOString() ?? null,
  };
}

/** Whose exports a person sees. */
export interface ShownExports {
  readonly userId: string | undefined;
  readonly withoutGrantsBut?: string;
  readonly sealed?: readonly string[];
}

/**
 * Returns whose exports the caller sees: their own, or all people's. Exports under a grant are included only if the
 * caller may know its case.
 */
export async function shownTo(tx: Tx, cx: Context): Promise<ShownExports> {
  const { role, userId } = cx.principal;
  if (role !== "coordinator") return { userId };
  if (!seesEveryCase(cx)) return { userId: undefined, withoutGrantsBut: userId };
  return { userId: undefined, sealed: await findSealedCases(tx, cx) };
}

/**
 * Returns exports of the log, newest first: the caller's own, or all people's for a coordinator. Other people's
 * filter values are left out, because they may name a case.
 */
export async function listExports(cx: Context, query: ExportHistoryQuery): Promise<ExportPage> {
  const { limit, cursor } = query;
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "audit.exports");
  const { tenantId } = cx.instance;
  const rows = await inSnapshot(cx, async (tx) =>
    selectExports(tx, { tenantId, ...(await shownTo(tx, cx)), before: cursor, limit: limit + 1 }),
  );
  const shown = rows.slice(0, limit);
  return {
    ...viewRows(cx, "exports", shown, (row: ExportRow) => toItem(cx, row)),
    next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/**
 * Returns the newest exports under a grant. The calling code checks that the person may know of it, and records the
 * read.
 */
export async function listGrantExports(cx: Context, grantId: string, limit: number): Promise<ExportItem[]> {
  const where = { tenantId: cx.instance.tenantId, userId: undefined, before: undefined, limit, grantId };
  const rows = await inSnapshot(cx, (tx) => selectExports(tx, where));
  return viewRows(cx, "grant.exports", rows, (row: ExportRow) => toItem(cx, row)).items;
}
