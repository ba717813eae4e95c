import "server-only";
import { DomainError } from "@/lib/errors";
import type { AccountContext } from "@/lib/identity/account/account-context";
import { endSession } from "@/lib/identity/sessions/end-session";

/** Ends the session that makes the call. */
export async function signOut(cx: AccountContext): Promise<{ ended: number }> {
  const { userId } = cx.principal;
  return { ended: await endSession(cx, { userId, sid: cx.session.sessionId, reason: "signed-out" }) };
}

/** Ends one of the caller's own sessions. Throws `session.not-found`. */
export async function endOwnSession(cx: AccountContext, sid: string): Promise<{ ended: number }> {
  const { userId } = cx.principal;
  const ended = await endSession(cx, { userId, sid, reason: "ended-by-owner" });
  if (ended === 0) throw new DomainError("session.not-found");
  return { ended };
}

/** Ends all of the caller's sessions except the one that makes the call. */
export async function endOtherSessions(cx: AccountContext): Promise<{ ended: number }> {
  const { userId } = cx.principal;
  return { ended: await endSession(cx, { userId, but: cx.session.sessionId, reason: "ended-by-owner" }) };
}
