import "server-only";
import { listAuthorities } from "@/lib/access/legal-authorities/store";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import {
  countQueue,
  type HistorySearch,
  listOpenIds,
  listQueue,
  type QueueView,
} from "@/lib/access/requests/queue-store";
import type { RequestState } from "@/lib/access/requests/schema";
import { type RequestRow, readListed } from "@/lib/access/requests/store";
import { requestSummary } from "@/lib/access/requests/view";
import { viewerOf } from "@/lib/access/requests/viewer";
import { listAssignees } from "@/lib/access/review/assignee-store";
import { blindIn } from "@/lib/access/review/reading-store";
import { isReviewer } from "@/lib/access/rules/action-rules";
import { startOf } from "@/lib/access/rules/validity";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { invalidField } from "@/lib/errors";
import { findPeople } from "@/lib/identity/people/people-store";
import type { Unreadable } from "@/lib/paging";
import type { Purpose } from "@/lib/vocabulary";

/** One page of a list that is ordered by id, newest first. The cursor is the last id of the page before. */
export interface Page<T> {
  readonly items: T[];
  /** Present only where rows of the page cannot be read. */
  readonly unreadable?: Unreadable[];
  readonly next_cursor: string | null;
}

export function requireCursor(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !isUuid(cursor)) throw invalidField("/cursor", "is not a cursor of this list");
  return cursor;
}

/**
 * Returns the person whose rows a list shows: undefined for reviewers, who see all of the tenant; other people see
 * their own.
 */
export function listOwner(cx: Pick<Context, "principal">): string | undefined {
  return isReviewer(cx.principal) ? undefined : cx.principal.userId;
}

/** Saved views of the list; `waiting_for=me` is another name of the view waiting. */
export interface RequestListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly state?: RequestState | undefined;
  readonly purpose?: Purpose | undefined;
  /** Part of the reference, in upper or lower case. */
  readonly reference?: string | undefined;
  readonly view?: QueueView | undefined;
  readonly waiting_for?: "me" | undefined;
  readonly sort?: "newest" | "due" | undefined;
  /** The history, by officer, agency, issuer, case number, transaction and filing time. */
  readonly officer?: string | undefined;
  readonly agency?: string | undefined;
  readonly issuer?: string | undefined;
  readonly case_number?: string | undefined;
  readonly transaction?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function searchOf(query: RequestListQuery): HistorySearch {
  const { officer, agency, issuer, case_number: caseNumber, transaction, from, to } = query;
  const at = (instant: string | undefined): Date | undefined =>
    instant === undefined ? undefined : startOf(instant);
  return { officer, agency, issuer, caseNumber, transaction, from: at(from), to: at(to) };
}

/** Returns requests the caller may know of, with their number: the whole list, or what waits for the caller. */
export async function listRequests(
  cx: Context,
  query: RequestListQuery,
): Promise<Page<RequestSummary> & { readonly total: number }> {
  const after = requireCursor(query.cursor);
  const view = query.waiting_for === "me" ? "waiting" : (query.view ?? "all");
  const { state, purpose, reference } = query;
  const search = searchOf(query);
  return inSnapshot(cx, async (tx) => {
    const viewer = await viewerOf(tx, cx);
    const filter = { viewer, ownerId: listOwner(cx), state, purpose, reference, search, view };
    const { limit, sort = "newest" } = query;
    const found = await listQueue(tx, { ...filter, sort, after, limit: limit + 1 });
    const turns = found.slice(0, limit);
    const rows = await readListed(
      tx,
      turns.map((turn) => turn.id),
    );
    const names = await findPeople(
      tx,
      readableOf(rows).map((row) => row.requesterUserId),
    );
    const authorities = await listAuthorities(
      tx,
      rows.map((row) => row.id),
    );
    const assignees = await listAssignees(tx, isReviewer(cx.principal) ? rows.map((row) => row.id) : []);
    const isBlindTo = await blindIn(
      tx,
      cx,
      rows.map((row) => row.id),
      authorities,
    );
    const viewed = viewRows(cx, "requests", rows, (row: RequestRow) => {
      const turn = turns.find((one) => one.id === row.id);
      const authority = authorities.get(row.id);
      const assignee = assignees.get(row.id);
      return requestSummary(row, { names, turn, authority, assignee, isBlind: isBlindTo(row) });
    });
    const last = turns.at(-1)?.id ?? null;
    const total = await countQueue(tx, filter);
    return { ...viewed, next_cursor: found.length > turns.length ? last : null, total };
  });
}

/** How many requests one page of the search for unreadable ones reads. */
const SEARCHED = 500;

/**
 * Searches the next requests that are not over for those that cannot be read, for administrators. It returns their ids
 * only. A page without any is possible while `next_cursor` leads on.
 */
export async function listUnreadableRequests(
  cx: Context,
  query: { readonly cursor?: string | undefined },
): Promise<{ readonly unreadable: Unreadable[]; readonly next_cursor: string | null }> {
  const before = requireCursor(query.cursor);
  const rows = await inSnapshot(cx, async (tx) =>
    readListed(tx, await listOpenIds(tx, cx.instance.tenantId, { before, limit: SEARCHED })),
  );
  const { unreadable = [] } = viewRows(cx, "admin.requests", rows, ({ id }: RequestRow) => id);
  return { unreadable, next_cursor: rows.length < SEARCHED ? null : (rows.at(-1)?.id ?? null) };
}
