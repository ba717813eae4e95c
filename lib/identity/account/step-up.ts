import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { SignInMethod } from "@/lib/context/principal";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type AccountContext, ownAccount } from "@/lib/identity/account/account-context";
import type { StepUpOptions, StepUpProof } from "@/lib/identity/account/schema";
import { provesByProvider } from "@/lib/identity/providers/link";
import type { PasskeyAssertion } from "@/lib/identity/schema";
import { endSession } from "@/lib/identity/sessions/end-session";
import { refreshProof } from "@/lib/identity/sessions/store";
import { makeChallenge, takeChallenge } from "@/lib/identity/sign-in/challenge-store";
import { type Account, holdPassword, takePasskeyUse } from "@/lib/identity/sign-in/credential-store";
import { assertionOptions, challengeOf, verifyAssertion } from "@/lib/identity/sign-in/passkey";
import { verifyPassword } from "@/lib/identity/sign-in/password";
import { checkSecondFactor, needsSecondFactor } from "@/lib/identity/sign-in/second-factor";
import { type SignInFault, signInRefused } from "@/lib/identity/sign-in/sign-in";

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

type Proved =
  | { readonly fault: SignInFault }
  | { readonly method: SignInMethod; readonly passkeyId?: string; take(tx: Tx, at: Date): Promise<boolean> };

async function byPasskey(cx: AccountContext, account: Account, assertion: PasskeyAssertion): Promise<Proved> {
  const challenge = challengeOf(assertion.response.clientDataJSON);
  if (challenge === undefined) return { fault: "challenge" };
  const wanted = { challenge, kind: "step_up", sid: cx.session.sessionId } as const;
  const now = cx.clock.now();
  if (!(await inTransaction(cx, (tx) => takeChallenge(tx, wanted, now)))) return { fault: "challenge" };
  const passkey = account.passkeys.find(({ credentialId }) => credentialId === assertion.id);
  if (passkey === undefined) return { fault: "passkey-of-another" };
  const counter = await verifyAssertion(cx.site, passkey, assertion, challenge);
  if (counter === undefined) return { fault: "passkey" };
  return {
    method: "passkey",
    passkeyId: passkey.id,
    take: (tx, at) => takePasskeyUse(tx, passkey.id, counter, at),
  };
}

async function byPassword(account: Account, password: string): Promise<Proved> {
  // A password alone is not proof for a person who has, or needs, a second factor.
  if (needsSecondFactor(account) || account.passwordHash === undefined) return { fault: "factor-missing" };
  if (!(await verifyPassword(password, account.passwordHash))) return { fault: "password" };
  const { userId } = account.holder;
  return { method: "password", take: (tx) => holdPassword(tx, userId, account.passwordHash) };
}

async function check(cx: AccountContext, account: Account, given: StepUpProof): Promise<Proved> {
  if (given.assertion !== undefined) return byPasskey(cx, account, given.assertion);
  if (given.password !== undefined) return byPassword(account, given.password);
  return checkSecondFactor(cx, account, { code: given.code, recoveryCode: given.recovery_code });
}

async function refuse(cx: AccountContext, fault: SignInFault): Promise<DomainError> {
  await recordEvent(cx, {
    class: "identity",
    outcome: "denied",
    action: "session.step_up",
    subjects: [],
    details: { fault },
  });
  const refusal = await countFailedProof(cx, signInRefused());
  refusal.isRecorded = true;
  return refusal;
}

/** Renews the session's proof that its owner is present. The rest of the session stays the same. */
export async function stepUp(
  cx: AccountContext,
  given: StepUpProof,
): Promise<{ proved_at: string; method: SignInMethod }> {
  const account = await ownAccount(cx);
  const proved = await check(cx, account, given);
  if ("fault" in proved) throw await refuse(cx, proved.fault);
  const { method, passkeyId } = proved;
  const at = cx.clock.now();
  const isTaken = await inTransaction(cx, async (tx) => {
    if (!(await proved.take(tx, at))) return false;
    if (!(await refreshProof(tx, cx.session.sessionId, { at, method, passkeyId })))
      throw new DomainError("auth.session", { detail: "Sign in again." });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "session.step_up",
      subjects: [`session:${cx.session.sessionId}`, `user:${cx.principal.userId}`],
      details: { method },
    });
    return true;
  });
  if (!isTaken) throw await refuse(cx, "replayed");
  return { proved_at: at.toISOString(), method };
}

/** Returns the proofs the caller can give now, with a challenge for the passkeys. */
export async function stepUpOptions(cx: AccountContext): Promise<StepUpOptions> {
  const account = await ownAccount(cx);
  const { userId } = cx.principal;
  const base = {
    totp: account.totp !== undefined,
    recovery: account.recovery.length > 0,
    password: account.passwordHash !== undefined && !needsSecondFactor(account),
    organisation: provesByProvider(account),
  };
  if (account.passkeys.length === 0) return { ...base, passkey: null };
  const { challenge } = await makeChallenge(cx, { kind: "step_up", userId, sid: cx.session.sessionId });
  return { ...base, passkey: { ...(await assertionOptions(cx.site, challenge, account.passkeys)) } };
}
