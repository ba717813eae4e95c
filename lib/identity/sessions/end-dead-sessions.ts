import "server-only";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";
import { endOf } from "@/lib/identity/sessions/session-rules";
import { listOpenSessions } from "@/lib/identity/sessions/store";

const BATCH = 500;

/**
 * Writes down the end of sessions that died by themselves: expired, idle, of people who may not act any more. They
 * open nothing already; this is the record. Several portals may do it at once: each session is ended by one of them.
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
