import "server-only";
import { knowsEveryUse } from "@/lib/access/break-glass/rules";
import { listBreakGlassRows } from "@/lib/access/break-glass/store";
import { breakGlassViews } from "@/lib/access/break-glass/view";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { Need } from "@/lib/home/schema";
import type { Unreadable } from "@/lib/paging";

/** A person must have each use reviewed before the next. So there are never more unreviewed uses than people with this duty. */
const MAX_USES = 30;

/** Returns ended emergency accesses that wait for the caller's review: they block their holder until then. */
export async function readBreakGlassNeeds(
  tx: Tx,
  cx: Context,
): Promise<{ readonly needs: Need[]; readonly unreadable: readonly Unreadable[] }> {
  if (!knowsEveryUse(cx.principal)) return { needs: [], unreadable: [] };
  const { tenantId } = cx.instance;
  const page = { tenantId, holderId: undefined, after: undefined, limit: MAX_USES, isUnreviewed: true };
  const { items: uses, unreadable = [] } = await breakGlassViews(tx, cx, await listBreakGlassRows(tx, page));
  const now = cx.clock.nowMs();
  const needs: Need[] = uses
    .filter(({ acts }) => acts.includes("review"))
    .map((use) => ({
      kind: "glass_review",
      subject: { kind: "emergency", id: use.id },
      reference: use.reference,
      at: use.began_at,
      due_at: use.review_by,
      is_late: Date.parse(use.review_by) <= now,
      facts: { transactions: use.transactions.length, person: use.holder.name, text: use.reason },
    }));
  return { needs, unreadable };
}
