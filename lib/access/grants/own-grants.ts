import "server-only";
import type { GrantView } from "@/lib/access/grants/schema";
import { findGrantsOf, type GrantRow, listGrants } from "@/lib/access/grants/store";
import { grantView } from "@/lib/access/requests/view";
import type { Context } from "@/lib/context/context";
import { type Readable, readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";

/** A person has few grants at once; more than this are not looked through for a list. */
const MAX_LIVE = 200;

/**
 * The caller's own grants: all that name a transaction, newest first, ended ones too; or, without one, those in
 * force. Everybody may know of what he holds himself, and co-viewers
 * of what they look at: its holder is then another.
 */
export async function listOwnGrants(cx: Context, transactionId?: string): Promise<GrantView[]> {
  const { tenantId } = cx.instance;
  const { userId } = cx.principal;
  const now = cx.clock.now();
  const find = (tx: Tx): Promise<Readable<GrantRow>[]> => {
    if (transactionId !== undefined) return findGrantsOf(tx, { tenantId, userId, transactionId });
    return listGrants(tx, {
      tenantId,
      userId,
      sealed: [],
      view: "in_force",
      now,
      before: undefined,
      limit: MAX_LIVE,
    });
  };
  return inSnapshot(cx, async (tx) => {
    const rows = await find(tx);
    const holders = await findPeople(
      tx,
      readableOf(rows).map((row) => row.subjectUserId),
    );
    return viewRows(cx, "own-grants", rows, (row: GrantRow) =>
      grantView(row, { holder: holders.get(row.subjectUserId), opened: 0, now }),
    ).items;
  });
}
