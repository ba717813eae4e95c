import "server-only";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import type { PasskeyAssertion } from "@/lib/identity/schema";
import { takeChallenge } from "@/lib/identity/sign-in/challenge-store";
import {
  type Account,
  findAccountByExternalId,
  takePasskeyUse,
} from "@/lib/identity/sign-in/credential-store";
import { challengeOf, userHandleOf, verifyAssertion } from "@/lib/identity/sign-in/passkey";
import {
  openSession,
  refuseSignIn,
  type SignedIn,
  type SignInContext,
  type SignInFault,
  signInSuspended,
} from "@/lib/identity/sign-in/sign-in";
import { drawOnAddress } from "@/lib/identity/sign-in/throttle-sign-in";

async function check(cx: SignInContext, assertion: PasskeyAssertion, account: Account | undefined) {
  const fault = (name: SignInFault) => ({ fault: name });
  const challenge = challengeOf(assertion.response.clientDataJSON);
  if (challenge === undefined) return fault("challenge");
  const now = cx.clock.now();
  // Taken before any check: an answer is checked once, whatever the result.
  const wanted = { challenge, kind: "sign_in", sid: null } as const;
  if (!(await inTransaction(cx, (tx) => takeChallenge(tx, wanted, now)))) return fault("challenge");
  const passkey = account?.passkeys.find(({ credentialId }) => credentialId === assertion.id);
  if (account === undefined || passkey === undefined) return fault("unknown");
  const handle = assertion.response.userHandle;
  if (handle !== undefined && handle !== userHandleOf(account.holder.userId))
    return fault("passkey-of-another");
  const counter = await verifyAssertion(cx.site, passkey, assertion, challenge);
  if (counter === undefined) return fault("passkey");
  if (!account.holder.isActive) return fault("inactive");
  return { account, passkey, counter };
}

/**
 * Signs in with a user-verified passkey. It is both factors, even if the account has no other. Throws `auth.sign-in`,
 * and `auth.suspended` for a person who proved their passkey and may not sign in.
 */
export async function signInWithPasskey(cx: SignInContext, assertion: PasskeyAssertion): Promise<SignedIn> {
  const ofAddress = await drawOnAddress(cx);
  const found = await inSnapshot(cx, (tx) =>
    findAccountByExternalId(tx, cx.instance.tenantId, "passkey", assertion.id),
  );
  const refuse = (fault: SignInFault) => {
    ofAddress.refuseWrong();
    return refuseSignIn(cx, fault, "passkey", found);
  };
  const checked = await check(cx, assertion, found);
  if ("fault" in checked) {
    const refused = await refuse(checked.fault);
    // The factor was proved: only the account's owner learns this.
    throw checked.fault === "inactive" ? signInSuspended() : refused;
  }
  const { account, passkey, counter } = checked;
  const signedIn = await inTransaction(cx, async (tx) => {
    const isTaken = await takePasskeyUse(tx, passkey.id, counter, cx.clock.now());
    return isTaken ? openSession(tx, cx, account, { method: "passkey", passkeyId: passkey.id }) : undefined;
  });
  if (signedIn === undefined) throw await refuse("passkey");
  await ofAddress.giveBack();
  return signedIn;
}
