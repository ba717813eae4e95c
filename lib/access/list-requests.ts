import "server-only";
import { isReviewer } from "@/lib/access/action-rules";
import type { RequestSummary } from "@/lib/access/answer-schema";
import { invalidField } from "@/lib/access/invalid-field";
import { loadNames } from "@/lib/access/request-view";
import { listRequests as list } from "@/lib/access/requests/store";
import type { RequestState } from "@/lib/access/schema";
import { requestSummary } from "@/lib/access/view";
import type { Context } from "@/lib/context";
import { isUuid } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";

/** One page of a list that is ordered by id, newest first. The cursor is the last id of the page before. */
export interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

export function requireCursor(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !isUuid(cursor)) throw invalidField("/cursor", "is not a cursor of this list");
  return cursor;
}

/** Whose rows a list shows: reviewers see all of the tenant, everybody else their own. */
export function listOwner(cx: Pick<Context, "principal">): string | undefined {
  return isReviewer(cx.principal) ? undefined : cx.principal.userId;
}

export async function listRequests(
  cx: Context,
  query: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly state?: RequestState | undefined;
  },
): Promise<Page<RequestSummary>> {
  const before = requireCursor(query.cursor);
  return inSnapshot(cx, async (tx) => {
    const rows = await list(tx, {
      tenantId: cx.instance.tenantId,
      userId: listOwner(cx),
      state: query.state,
      before,
      limit: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const names = await loadNames(
      tx,
      page.map((row) => row.requesterUserId),
    );
    const items = page.map((row) => requestSummary(row, names));
    return { items, next_cursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null };
  });
}
