import "server-only";
import { countOpened } from "@/lib/access/grants/detail-store";
import type { GrantView } from "@/lib/access/grants/schema";
import { countGrants, type GrantRow, listGrants as list } from "@/lib/access/grants/store";
import { listOwner } from "@/lib/access/requests/list-requests";
import { grantView } from "@/lib/access/requests/view";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";
import { type Page, requireCursor } from "@/lib/paging";

/** Saved views: grants in force or pending, ended grants, and all. */
export interface GrantListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly view?: "in_force" | "ended" | "all" | undefined;
}

/** Returns grants the caller may know of, newest first, with their number. */
export async function listGrants(
  cx: Context,
  query: GrantListQuery,
): Promise<Page<GrantView> & { readonly total: number }> {
  const before = requireCursor(query.cursor);
  const now = cx.clock.now();
  return inSnapshot(cx, async (tx) => {
    const { tenantId, log } = cx.instance;
    const sealed = await findSealedCases(tx, cx);
    const filter = { tenantId, userId: listOwner(cx), sealed, view: query.view ?? "all", now, log } as const;
    const rows = await list(tx, { ...filter, before, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    const ids = readableOf(page).map((grant) => grant.subjectUserId);
    const holders = await findPeople(tx, ids);
    const opened = await countOpened(
      tx,
      page.map((grant) => grant.id),
    );
    const viewed = viewRows(cx, "grants", page, (grant: GrantRow) =>
      grantView(grant, {
        holder: holders.get(grant.subjectUserId),
        opened: opened.get(grant.id) ?? 0,
        now,
        log,
        policies: cx.policies.active(),
      }),
    );
    const next_cursor = rows.length > page.length ? (page.at(-1)?.id ?? null) : null;
    return { ...viewed, next_cursor, total: await countGrants(tx, filter) };
  });
}
