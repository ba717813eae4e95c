import "server-only";
import type { GrantView } from "@/lib/access/grants/schema";
import { findGrantsOf, type GrantRow, listGrants } from "@/lib/access/grants/store";
import { grantView } from "@/lib/access/requests/view";
import type { Context } from "@/lib/context/context";
import { type Readable, readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";

/** A person has few grants at once. A list reads no more than this many. */
const MAX_LIVE = 200;

/**
 * Returns the caller's own grants: all that name a transaction, newest first, ended ones too; or, without a
 * transaction, those in force. Every person may know of the grants that they hold or co-view; a co-viewed grant has
 * another holder.
 */
export async function listOwnGrants(cx: Context, transactionId?: string): Promise<GrantView[]> {
  const { tenantId } = cx.instance;
  const { userId } = cx.principal;
  const now = cx.clock.now();
  const policies = cx.policies.active();
  const find = (tx: Tx): Promise<Readable<GrantRow>[]> => {
    if (transactionId !== undefined) return findGrantsOf(tx.run, { tenantId, userId, transactionId });
    return listGrants(tx, {
      tenantId,
      userId,
      sealed: [],
      view: "in_force",
      now,
      log: cx.instance.log,
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
      grantView(row, {
        holder: holders.get(row.subjectUserId),
        opened: 0,
        now,
        log: cx.instance.log,
        policies,
      }),
    ).items;
  });
}
