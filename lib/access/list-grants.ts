import "server-only";
import type { GrantView } from "@/lib/access/answer-schema";
import { listGrants as list } from "@/lib/access/grants/store";
import { listOwner, type Page, requireCursor } from "@/lib/access/list-requests";
import { findPeople } from "@/lib/access/people/store";
import { grantView } from "@/lib/access/view";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";

/** Grants the caller may know of, newest first. */
export async function listGrants(
  cx: Context,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<GrantView>> {
  const before = requireCursor(query.cursor);
  return inSnapshot(cx, async (tx) => {
    const { tenantId } = cx.instance;
    const rows = await list(tx, { tenantId, userId: listOwner(cx), before, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    const holders = await findPeople(
      tx,
      page.map((grant) => grant.subjectUserId),
    );
    const now = cx.clock.now();
    const items = page.map((grant) => grantView(grant, holders.get(grant.subjectUserId)?.handle ?? "", now));
    return { items, next_cursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null };
  });
}
