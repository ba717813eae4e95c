import "server-only";
import { DomainError } from "@/lib/errors";
import type { AccountContext } from "@/lib/identity/account/account-context";
import { endSession } from "@/lib/identity/sessions/end-session";

/**
 * Counts a wrong proof of a session and returns the error to throw. The tenth wrong proof ends the session: someone
 * with its cookie is guessing. The owner can sign in again.
 */
export async function countFailedProof(cx: AccountContext, refusal: DomainError): Promise<DomainError> {
  const sid = cx.session.sessionId;
  if ((await cx.limits.take("wrong_proof", sid)).success) return refusal;
  await endSession(cx, { userId: cx.principal.userId, sid, reason: "wrong-proofs" });
  return new DomainError("auth.session", {
    detail: "Too many wrong proofs ended this session. Sign in again.",
  });
}
