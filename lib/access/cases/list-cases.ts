// The room cases: what the caller may know of one order, put together from its requests, grants, openings and holds.
// Nothing is stored. A case shows only what the lists and pages of these things show the same caller.

import "server-only";
import type { CaseQuery, CaseSummary } from "@/lib/access/cases/schema";
import { type CaseRow, countCases, listCaseRows } from "@/lib/access/cases/store";
import { listOwner } from "@/lib/access/requests/list-requests";
import { viewerOf } from "@/lib/access/requests/viewer";
import type { Context } from "@/lib/context/context";
import { isUnreadable, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { validityTime } from "@/lib/escrow/protocol/statements";
import { type Page, requireCursor } from "@/lib/paging";

export function caseSummary(row: CaseRow): CaseSummary {
  return {
    id: row.id,
    case_number: row.case_number,
    issuer: row.issuer,
    kind: row.kind,
    agency: { id: row.organisation_id, name: row.agency },
    state: row.state,
    requests_count: row.requests.length,
    ...(row.access_until === null ? {} : { access_until: validityTime(row.access_until) }),
    ...(row.sealed_until === null ? {} : { sealed_until: validityTime(row.sealed_until) }),
    updated_at: row.updated_at.toISOString(),
  };
}

/** Returns cases the caller may know of, that with the newest request first, with their number. */
export async function listCases(
  cx: Context,
  query: CaseQuery,
): Promise<Page<CaseSummary> & { readonly total: number }> {
  const before = requireCursor(query.cursor);
  const { limit, view = "all", q } = query;
  return inSnapshot(cx, async (tx) => {
    const state = view === "all" ? undefined : view;
    const filter = { viewer: await viewerOf(tx, cx), ownerId: listOwner(cx), now: cx.clock.now(), state, q };
    const rows = await listCaseRows(tx, cx, { ...filter, before, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const isMore = rows.length > page.length && last !== undefined && !isUnreadable(last);
    return {
      ...viewRows(cx, "cases", page, caseSummary),
      next_cursor: isMore ? last.newest : null,
      total: await countCases(tx, cx, filter),
    };
  });
}
