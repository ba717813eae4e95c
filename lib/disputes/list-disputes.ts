import "server-only";
import { isSupport } from "@/lib/access/rules/floor";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import type { DisputeQuery, DisputeSummary } from "@/lib/disputes/schema";
import { type DisputeRow, listDisputeRows } from "@/lib/disputes/store";
import { namedIn, summaryOf } from "@/lib/disputes/view";
import { findPeople } from "@/lib/identity/people/people-store";
import { type Page, requireCursor } from "@/lib/paging";

/** A participant id that no one has: a caller who is neither staff nor a party sees no disputes. */
const NO_PARTICIPANT = "";

function ownParticipant({ role, duties, participantId }: Principal): string | undefined {
  const isStaff = role === "coordinator" || isSupport({ duties });
  return isStaff ? undefined : (participantId ?? NO_PARTICIPANT);
}

/** Returns disputes the caller may know of, newest first, with the number in this view. */
export async function listDisputes(
  cx: Context,
  query: DisputeQuery,
): Promise<Page<DisputeSummary> & { readonly total: number }> {
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
    const names = await findPeople(tx, readableOf(page).flatMap(namedIn));
    const viewed = viewRows(cx, "disputes", page, (row: DisputeRow) => summaryOf(row, names));
    return { ...viewed, next_cursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null, total };
  });
}
