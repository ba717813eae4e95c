import "server-only";
import { endGrant } from "@/lib/access/grants/revoke-grant";
import type { AuditContext } from "@/lib/context/context";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Ends the grants of a person who is suspended or leaves, in the caller's transaction: rows, requests and entries, and
 * the portal's job sends the custodian each revocation. So the custodian opens nothing under them even before the roster
 * has changed. Grants of disputes stay: another support person continues with the dispute, and these open to no one else.
 * Returns how many ended.
 */
export async function endGrantsOf(
  tx: Tx,
  cx: AuditContext & DbContext,
  userId: string,
  reason: string,
): Promise<number> {
  const rows = await tx.grant.findMany({
    where: {
      subject_user_id: userId,
      state: { in: ["pending", "active"] },
      revoked_at: null,
      dispute_id: null,
    },
    orderBy: { id: "asc" },
    select: { id: true, request_id: true },
  });
  let ended = 0;
  for (const { id, request_id: requestId } of rows) {
    try {
      const of = requestId === null ? {} : { requestId };
      await endGrant(tx, cx, { id, ...of }, reason);
      ended += 1;
    } catch (error) {
      // It ended by another act in the meantime, and nothing was written for it here.
      if (!(error instanceof DomainError) || error.code !== "request.illegal-transition") throw error;
    }
  }
  return ended;
}
