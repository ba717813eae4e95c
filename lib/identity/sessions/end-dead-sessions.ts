import "server-only";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";
import { endOf } from "@/lib/identity/sessions/session-rules";
import { listOpenSessions } from "@/lib/identity/sessions/store";

const BATCH = 500;

/**
 * Records the end of dead sessions: expired, idle, or of people who may no longer act. They already open nothing.
 * Several portals may run this at the same time; one of them ends each session.
 */
export async function endDeadSessions(cx: IdentityContext): Promise<number> {
  const now = cx.clock.now();
  const open = await inSnapshot(cx, (tx) => listOpenSessions(tx, cx.instance.tenantId, BATCH));
  let ended = 0;
  for (const session of open) {
    const reason = endOf(session, now);
    if (reason === undefined || reason === "ended") continue;
    const which = { userId: session.holder.userId, sid: session.sid, reason };
    ended += (await inTransaction(cx, (tx) => endSessionsIn(tx, cx, which))).length;
  }
  return ended;
}
