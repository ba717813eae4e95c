import "server-only";
import { type AccountContext, requireOwnProof } from "@/lib/identity/account/account-context";
import { makeChallenge } from "@/lib/identity/sign-in/challenge";
import { registrationOptions } from "@/lib/identity/sign-in/passkey-registration";

/** Returns options for a new passkey. This session must answer them within five minutes. */
export async function startPasskey(cx: AccountContext) {
  const account = await requireOwnProof(cx);
  const { userId } = cx.principal;
  const { challenge } = await makeChallenge(cx, { kind: "register", userId, sid: cx.session.sessionId });
  return registrationOptions(cx.site, account, challenge);
}
