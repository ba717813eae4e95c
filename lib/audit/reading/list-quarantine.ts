import "server-only";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { isUnreadable, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { recordReadOnce } from "../record/record-read";
import { knowsEveryName } from "./actors/actor-names";
import { closedOrigin } from "./of-log";
import type { QuarantinedEntry, QuarantinePage, QuarantineQuery } from "./quarantine-schema";
import { listQuarantinedRows, type QuarantinedRow } from "./quarantine-store";

/** Duties that may dismiss a quarantined entry; the database checks the same. */
const DISMISSING = ["admin", "compliance", "legal"] as const;

function mayDismiss({ principal: { role, duties } }: Pick<Context, "principal">): boolean {
  if (role !== "coordinator" && role !== "admin") return false;
  return duties.some((duty) => DISMISSING.some((one) => one === duty));
}

/** The tenant's entries, and the people whom the caller knows. */
export function seenBy(cx: Pick<Context, "instance" | "principal">) {
  const organisationId = knowsEveryName(cx) ? undefined : cx.principal.organisationId;
  return { tenantId: cx.instance.tenantId, organisationId };
}

/** A quarantined entry as the caller sees it. */
export function toQuarantined(
  cx: Pick<Context, "instance" | "principal">,
  row: QuarantinedRow,
): QuarantinedEntry {
  const { dismissal: reason, dismissed_at: at, by, by_seq } = row;
  const dismissal =
    reason === null || at === null
      ? null
      : { reason, by, at: at.toISOString(), by_seq, closed_log: closedOrigin(cx.instance, row.by_log) };
  return {
    entry_id: row.entry_id,
    why: row.why,
    seen_at: row.seen_at.toISOString(),
    digest: row.digest,
    dismissal,
    may_dismiss: dismissal === null && mayDismiss(cx),
  };
}

/**
 * Returns waiting rows that are not entries of the log, open and dismissed ones, without their bytes. The cursor is
 * the id of the last one shown. Throws `request.invalid` for any other cursor.
 */
export async function listQuarantine(
  cx: Context,
  { cursor, limit }: QuarantineQuery,
): Promise<QuarantinePage> {
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "quarantine.read");
  const page = { after: cursor, limit: limit + 1 };
  const rows = await inSnapshot(cx, (tx) => listQuarantinedRows(tx, seenBy(cx), page));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const lastId = last !== undefined && isUnreadable(last) ? last.id : (last?.entry_id ?? null);
  return {
    ...viewRows(cx, "quarantine", shown, (row: QuarantinedRow) => toQuarantined(cx, row)),
    next_cursor: rows.length > limit ? lastId : null,
  };
}
