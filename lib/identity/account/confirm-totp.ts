import "server-only";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  type AccountContext,
  changeOwnAccount,
  requireOwnProof,
} from "@/lib/identity/account/account-context";
import {
  endOthersAfterChange,
  proveByNewFactor,
  recordFactorChange,
} from "@/lib/identity/account/change-factors";
import type { TotpConfirmation, TotpSetUp } from "@/lib/identity/account/schema";
import { insertCredential } from "@/lib/identity/people/store";
import { findChallenge, takeChallenge, takeChallengesOf } from "@/lib/identity/sign-in/challenge-store";
import { revokeCredentials } from "@/lib/identity/sign-in/credential-store";
import { drawTotpSetUp } from "@/lib/identity/sign-in/draw-totp-set-up";
import { setUpGone } from "@/lib/identity/sign-in/passkey-registration";
import { matchTotp } from "@/lib/identity/sign-in/totp";

/** Replaces the authenticator after a code of the new one proves that it is set up. */
export async function confirmTotp(
  cx: AccountContext,
  input: TotpConfirmation,
): Promise<{ created_at: string }> {
  await requireOwnProof(cx);
  const { userId } = cx.principal;
  const now = cx.clock.now();
  const wanted = { challenge: input.challenge, kind: "totp", sid: cx.session.sessionId } as const;
  const found = await inSnapshot(cx, (tx) => findChallenge(tx, wanted, now));
  if (found?.sealed == null) throw setUpGone();
  const { sealed } = found;
  const steps = matchTotp(cx.keystore.openSecret(`totp:${userId}`, sealed), input.code, now);
  if (steps === undefined)
    throw new DomainError("credential.invalid", {
      detail: "That is not the code of this set-up.",
      errors: [{ pointer: "/code", detail: "is not the code shown now" }],
    });
  await changeOwnAccount(cx, async (tx, account) => {
    if (!(await takeChallenge(tx, wanted, now))) throw setUpGone();
    // Of two set-ups at the same time, the one confirmed first wins. The other must start again.
    await takeChallengesOf(tx, userId, "totp", now);
    const isReplacing = account.totp !== undefined;
    if (isReplacing) {
      await revokeCredentials(tx, { userId, kind: "totp", at: now });
      await recordFactorChange(tx, cx, "credential.revoke", { factor: "totp" });
      await endOthersAfterChange(tx, cx);
    }
    const base = { tenant_id: cx.instance.tenantId, user_id: userId, kind: "totp", created_at: now };
    const id = uuidv7(now.getTime());
    await insertCredential(tx, { ...base, id, sealed: Uint8Array.from(sealed), last_step: steps.last });
    await proveByNewFactor(tx, cx, "totp");
    await recordFactorChange(tx, cx, "credential.create", { factor: "totp", credential: id });
  });
  return { created_at: now.toISOString() };
}

/** Draws a new secret. It is valid only after one of its codes is confirmed. */
export async function startTotp(cx: AccountContext): Promise<TotpSetUp> {
  const account = await requireOwnProof(cx);
  return drawTotpSetUp(cx, account, cx.session.sessionId);
}
