import "server-only";
import { knowsEveryUse, mayKnowOf } from "@/lib/access/break-glass/rules";
import type { BreakGlassAnswer, BreakGlassQuery, BreakGlassView } from "@/lib/access/break-glass/schema";
import { findBreakGlass, listBreakGlassRows } from "@/lib/access/break-glass/store";
import { breakGlassViews } from "@/lib/access/break-glass/view";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type Page, requireCursor } from "@/lib/paging";

/** Returns uses of break-glass, newest first: the caller's own, or all of them for deciders. */
export function listBreakGlass(cx: Context, query: BreakGlassQuery): Promise<Page<BreakGlassView>> {
  const after = requireCursor(query.cursor);
  return inSnapshot(cx, async (tx) => {
    const { tenantId } = cx.instance;
    const holderId = knowsEveryUse(cx.principal) ? undefined : cx.principal.userId;
    const wanted = { tenantId, holderId, after, limit: query.limit + 1 };
    const rows = await listBreakGlassRows(tx, wanted);
    const shown = rows.slice(0, query.limit);
    const next_cursor = rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
    return { ...(await breakGlassViews(tx, cx, shown)), next_cursor };
  });
}

/** Returns one use as it is now. Throws `grant.not-found` when the caller may not know of it. */
async function readBreakGlass(cx: Context, id: string): Promise<BreakGlassView> {
  const view = await inSnapshot(cx, async (tx) => {
    const row = await findBreakGlass(tx, cx.instance.tenantId, id);
    if (row === undefined || !mayKnowOf(cx.principal, row.holder_user_id)) return undefined;
    return (await breakGlassViews(tx, cx, [row])).items[0];
  });
  if (view === undefined) throw new DomainError("grant.not-found");
  return view;
}

/** Returns one use to its holder and to those who know of every use. Throws `grant.not-found` for all others. */
export function getBreakGlass(cx: Context, id: string): Promise<BreakGlassView> {
  return readBreakGlass(cx, id);
}

/** Returns one use as it is now, with the receipt of the entry that changed it. */
export async function answerBreakGlass(
  cx: Context,
  id: string,
  entry: AppendedEntry,
): Promise<BreakGlassAnswer> {
  return { ...(await readBreakGlass(cx, id)), receipt: await issueReceipt(cx, entry) };
}
