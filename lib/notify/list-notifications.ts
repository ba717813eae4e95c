import "server-only";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { isUnreadable, readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { countUnread, readAudience } from "@/lib/notify/audience";
import { readNames } from "@/lib/notify/names-store";
import type { Notification, NotificationQuery, ReadMarks } from "@/lib/notify/schema";
import { listNotices, markRead as mark, type NoticeRow } from "@/lib/notify/store";
import type { Unreadable } from "@/lib/paging";

/** Returns the cursor. Throws `request.invalid` for a cursor that does not belong to a list ordered by id. */
export function requireIdCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined || isUuid(cursor)) return cursor;
  throw new DomainError("request.invalid", {
    errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
  });
}

export interface NotificationPage {
  readonly items: Notification[];
  /** Present only where rows of the page cannot be read. */
  readonly unreadable?: Unreadable[];
  readonly next_cursor: string | null;
  readonly unread: number;
}

/**
 * Returns the caller's notifications, newest first. It leaves out notifications about objects that the caller may no
 * longer see. So a page may have fewer items than requested although the list continues.
 */
export async function listNotifications(cx: Context, query: NotificationQuery): Promise<NotificationPage> {
  const before = requireIdCursor(query.cursor);
  const { userId } = cx.principal;
  const { tenantId } = cx.instance;
  return inSnapshot(cx, async (tx) => {
    const filter = { userId, unread: query.view === "unread", before, limit: query.limit + 1 };
    const found = await listNotices(tx, filter);
    const rows = found.slice(0, query.limit);
    const audience = await readAudience(tx, cx, readableOf(rows));
    const shown = rows.filter((row) => isUnreadable(row) || audience.has(cx.principal, row));
    const names = await readNames(tx, tenantId, readableOf(shown));
    return {
      ...viewRows(
        cx,
        "notifications",
        shown,
        ({ id, kind, subject, state, at, read_at: readAt }: NoticeRow) => ({
          id,
          kind,
          subject,
          reference: names.get(subject) ?? null,
          state,
          at: at.toISOString(),
          read_at: readAt?.toISOString() ?? null,
        }),
      ),
      next_cursor: found.length > rows.length ? (rows.at(-1)?.id ?? null) : null,
      unread: await countUnread(tx, cx),
    };
  });
}

/**
 * Marks some of the caller's notifications as read, or all up to one of them. This is not an act, so the log has no
 * entry of it.
 */
export async function markRead(
  cx: Context,
  { ids, until }: ReadMarks,
): Promise<{ marked: number; unread: number }> {
  if ((ids === undefined) === (until === undefined))
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "", detail: "must name either ids or until, not both" }],
    });
  const { userId } = cx.principal;
  return inTransaction(cx, async (tx) => {
    const marked = await mark(tx, { userId, ids, until, at: cx.clock.now() });
    return { marked, unread: await countUnread(tx, cx) };
  });
}
