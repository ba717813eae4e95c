import "server-only";
import { authorizationEnd } from "@/lib/access/deadlines/authorization-end";
import type { KeepContext } from "@/lib/access/deadlines/keep-requests";
import { setAuthorizationState } from "@/lib/access/legal-authorities/store";
import { findStandingAuthority, listUnclosed } from "@/lib/access/legal-authorities/use-store";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

const BATCH = 50;

/**
 * Processes one legal authority in its own transaction: locks its request, reads it again and does nothing when no step
 * is due.
 */
async function keepOne(
  cx: KeepContext,
  { id, requestId }: { id: string; requestId: string },
): Promise<boolean> {
  return inTransaction(cx, async (tx) => {
    await lockRequest(tx, requestId);
    const one = await findStandingAuthority(tx, id);
    const to = one === undefined ? undefined : authorizationEnd(one, cx.clock.now());
    if (one === undefined || to === undefined) return false;
    await setAuthorizationState(tx, id, to);
    await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "authorization.end",
      subjects: [`authorization:${id}`, `request:${requestId}`],
      purpose: one.purpose,
      caseId: requestId,
      caseDetails: { authorization: id, from_state: one.state, to_state: to },
      index: { requestId, ...(one.grant_id === null ? {} : { grantId: one.grant_id }) },
    });
    return true;
  });
}

/** An outage ends the round. Any other error concerns one authority and does not delay the others. */
async function tryOne(cx: KeepContext, one: { id: string; requestId: string }): Promise<boolean> {
  try {
    return await keepOne(cx, one);
  } catch (error) {
    if (error instanceof DomainError && error.status === 503) throw error;
    cx.logger.warn(
      { err: error, authorization: one.id },
      "end of a legal authority not recorded; will retry",
    );
    return false;
  }
}

/**
 * Records which legal authorities have ended by the clock, by use or with their request. Like `keepRequests` it may run
 * in several processes, any number of times, and may be killed. Returns how many ended.
 */
export async function keepAuthorizations(cx: KeepContext): Promise<number> {
  const { tenantId } = cx.instance;
  let done = 0;
  let after: string | undefined;
  for (;;) {
    const page = { tenantId, now: cx.clock.now(), after, limit: BATCH };
    const found = await inSnapshot(cx, (tx) => listUnclosed(tx, page));
    for (const one of found) if (await tryOne(cx, one)) done += 1;
    after = found.at(-1)?.id;
    if (after === undefined || found.length < BATCH) return done;
  }
}
