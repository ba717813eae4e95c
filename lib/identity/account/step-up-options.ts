import "server-only";
import { type AccountContext, ownAccount } from "@/lib/identity/account/account-context";
import type { StepUpOptions } from "@/lib/identity/account/schema";
import { makeChallenge } from "@/lib/identity/sign-in/challenge";
import { assertionOptions } from "@/lib/identity/sign-in/passkey";
import { needsSecondFactor } from "@/lib/identity/sign-in/second-factor";

/** Returns the proofs the caller can give now, with a challenge for the passkeys. */
export async function stepUpOptions(cx: AccountContext): Promise<StepUpOptions> {
  const account = await ownAccount(cx);
  const { userId } = cx.principal;
  const base = {
    totp: account.totp !== undefined,
    recovery: account.recovery.length > 0,
    password: !needsSecondFactor(account),
  };
  if (account.passkeys.length === 0) return { ...base, passkey: null };
  const { challenge } = await makeChallenge(cx, { kind: "step_up", userId, sid: cx.session.sessionId });
  return { ...base, passkey: { ...(await assertionOptions(cx.site, challenge, account.passkeys)) } };
}
