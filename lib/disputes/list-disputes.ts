import "server-only";
import { loadNames } from "@/lib/access/requests/request-view";
import { isSupport } from "@/lib/access/rules/floor";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { inSnapshot } from "@/lib/db/transaction";
import type { DisputeQuery, DisputeSummary } from "@/lib/disputes/schema";
import { listDisputeRows } from "@/lib/disputes/store";
import { namedIn, summaryOf } from "@/lib/disputes/view";
import { requireCursor } from "@/lib/paging";

/** Nobody's participant id: who is neither staff nor a party knows of nothing. */
const NOBODY = "";

function ownParticipant({ role, duties, participantId }: Principal): string | undefined {
  const isStaff = role === "coordinator" || isSupport({ duties });
  return isStaff ? undefined : (participantId ?? NOBODY);
}

/** Disputes the caller may know of, newest first, with how many there are in this view. */
export async function listDisputes(
  cx: Context,
  query: DisputeQuery,
): Promise<{ items: DisputeSummary[]; next_cursor: string | null; total: number }> {
  const before = requireCursor(query.cursor);
  const participant = ownParticipant(cx.principal);
  const { userId } = cx.principal;
  return inSnapshot(cx, async (tx) => {
    const filter = {
      tenantId: cx.instance.tenantId,
      participant,
      view: query.view,
      mine: { userId, participant },
      transactionId: query.transaction_id,
    };
    const { rows, total } = await listDisputeRows(tx, filter, { before, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    const names = await loadNames(tx, page.flatMap(namedIn));
    const items = page.map((row) => summaryOf(row, names));
    return { items, next_cursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null, total };
  });
}
