import "server-only";
import { activateGrant, type CustodyContext } from "@/lib/access/activate-grant";
import { announceDisputeEnd } from "@/lib/access/announce-dispute-end";
import { announceCoViewerEnd } from "@/lib/access/co-viewers/end-co-viewer";
import { listPending, type PendingWork, postponePending } from "@/lib/access/jobs/store";
import { announceRevocation } from "@/lib/access/revoke-grant";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

const BATCH = 20;
const RETRY_MS = 5_000;

const FINISH = {
  "grant.activate": activateGrant,
  "grant.revoke": announceRevocation,
  "dispute.end": announceDisputeEnd,
  "co-viewer.end": announceCoViewerEnd,
} as const;

async function finishOne(cx: CustodyContext, work: PendingWork): Promise<boolean> {
  try {
    await FINISH[work.kind](cx, work.subject);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const until = new Date(cx.clock.nowMs() + RETRY_MS);
    await inTransaction(cx, (tx) => postponePending(tx, work, until));
    return false;
  }
}

/**
 * What the custodian could not be told when it was away: grants that wait to come into force, revocations and ends of disputes. The
 * portal calls this every few seconds, since activating writes entries; two portals at once do no harm. Answers how much is done and how much waits.
 */
export async function finishPendingGrants(
  cx: CustodyContext,
): Promise<{ readonly done: number; readonly failed: number }> {
  const { tenantId } = cx.instance;
  const due = await inSnapshot(cx, (tx) => listPending(tx, { tenantId, at: cx.clock.now(), limit: BATCH }));
  let done = 0;
  for (const work of due) if (await finishOne(cx, work)) done += 1;
  return { done, failed: due.length - done };
}
