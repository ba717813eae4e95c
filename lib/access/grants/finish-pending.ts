import "server-only";
import { announceCoViewerEnd } from "@/lib/access/decisions/end-co-viewer";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { findDisputeEnd } from "@/lib/access/grants/dispute-end-store";
import {
  type CustodyContext,
  finishPending,
  listPending,
  type PendingWork,
  postponePending,
  refusePending,
  type WaitingWork,
} from "@/lib/access/grants/pending-store";
import { announceRevocation } from "@/lib/access/grants/revoke-grant";
import { findGrant } from "@/lib/access/grants/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";
import type { Logger } from "@/lib/telemetry/logger";

/**
 * Notifies the custodian that a party's permission has ended, whether or not a grant rested on it. After that the
 * custodian opens nothing under the statement and accepts no new grant. Can be repeated.
 */
export async function announceDisputeEnd(cx: CustodyContext, disputeId: string): Promise<void> {
  const end = await inSnapshot(cx, (tx) => findDisputeEnd(tx, disputeId));
  if (end !== undefined) {
    const { nonce, at, reason, grantId } = end;
    // A dispute that was never taken has no grant to name. Its own id is the id of no grant.
    const grant = grantId ?? disputeId;
    await cx.escrow.revoke({ grant, reason, at: validityTime(at), dispute_nonce: nonce });
  }
  const work = { kind: "dispute.end", subject: disputeId } as const;
  await inTransaction(cx, (tx) => finishPending(tx, work, cx.clock.now()));
}

const BATCH = 20;
const RETRY_MS = 5_000;

const FINISH = {
  "grant.activate": activateGrant,
  "grant.revoke": announceRevocation,
  "dispute.end": announceDisputeEnd,
  "co-viewer.end": announceCoViewerEnd,
} as const;

/** How often an end is sent that the custodian refuses for good. It may still receive the grant, or a signed end. */
const MAX_REFUSED = 5;

/**
 * Ends retries of a revocation that the custodian refuses for good. The custodian ends an executive release only by a
 * signed end of an executive or of its holder, never for a registrar or a portal. After a few tries the portal stops,
 * records this and raises an alarm. The grant opens nothing here from its end on. The custodian keeps it until its own
 * end, or until an authorised person signs its end.
 */
async function giveUp(cx: PendingContext, work: PendingWork): Promise<void> {
  await inTransaction(cx, async (tx) => {
    const grant = await findGrant(tx, cx.instance.tenantId, work.subject);
    await refusePending(tx, work, cx.clock.now());
    const { requestId } = grant ?? {};
    const facts = {
      kept_by: "custodian",
      ...(grant === undefined ? {} : { until: grant.notAfter.toISOString() }),
    };
    await appendEntry(tx, cx, {
      class: "access",
      outcome: "failed",
      action: "grant.revoke",
      subjects: [`grant:${work.subject}`],
      ...(requestId === undefined
        ? { details: facts, index: { grantId: work.subject } }
        : { caseId: requestId, caseDetails: facts, index: { requestId, grantId: work.subject } }),
    });
  });
  cx.logger.error(
    { grant: work.subject },
    "the custodian keeps a released grant that a registrar's revocation ended; an executive or its holder must sign its end",
  );
}

const isForGood = (work: PendingWork, error: DomainError): boolean =>
  work.kind === "grant.revoke" && error.code === "custodian.refused" && error.extra.reason === "released";

async function finishOne(cx: PendingContext, work: WaitingWork): Promise<boolean> {
  try {
    await FINISH[work.kind](cx, work.subject);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (isForGood(work, error) && work.attempts >= MAX_REFUSED) {
      await giveUp(cx, work);
      return true;
    }
    const until = new Date(cx.clock.nowMs() + RETRY_MS);
    await inTransaction(cx, (tx) => postponePending(tx, work, until));
    return false;
  }
}

/** What the job needs of a portal. */
export type PendingContext = CustodyContext & { readonly logger: Logger };

/**
 * Completes work that waited for the custodian: grants that wait to come into force, revocations and ends of disputes.
 * The portal calls this every few seconds, since activating writes entries. Two portals may run it at once. Returns how
 * much is done and how much waits.
 */
export async function finishPendingGrants(
  cx: PendingContext,
): Promise<{ readonly done: number; readonly failed: number }> {
  const { tenantId } = cx.instance;
  const due = await inSnapshot(cx, (tx) => listPending(tx, { tenantId, at: cx.clock.now(), limit: BATCH }));
  let done = 0;
  for (const work of due) if (await finishOne(cx, work)) done += 1;
  return { done, failed: due.length - done };
}
