import "server-only";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction } from "@/lib/db/transaction";
import {
  type AccountContext,
  changeOwnAccount,
  requireOwnProof,
} from "@/lib/identity/account/account-context";
import { proveByNewFactor, recordFactorChange } from "@/lib/identity/account/change-factors";
import type { NewPasskey, PasskeyView } from "@/lib/identity/account/schema";
import { makeChallenge, takeChallenge } from "@/lib/identity/sign-in/challenge-store";
import { challengeOf } from "@/lib/identity/sign-in/passkey";
import {
  passkeyNotAccepted,
  registrationOptions,
  setUpGone,
  storePasskey,
  type VerifiedPasskey,
  verifyAttestation,
} from "@/lib/identity/sign-in/passkey-registration";

function register(
  cx: AccountContext,
  made: VerifiedPasskey,
  { label, at }: { readonly label: string; readonly at: Date },
): Promise<string> {
  const to = { tenantId: cx.instance.tenantId, userId: cx.principal.userId, label, at };
  return changeOwnAccount(cx, async (tx) => {
    const id = await storePasskey(tx, made, to);
    await proveByNewFactor(tx, cx, "passkey", id);
    await recordFactorChange(tx, cx, "credential.create", { factor: "passkey", credential: id });
    return id;
  });
}

/** Registers the passkey that answered a challenge of this session. */
export async function registerPasskey(cx: AccountContext, input: NewPasskey): Promise<PasskeyView> {
  await requireOwnProof(cx);
  const now = cx.clock.now();
  const challenge = challengeOf(input.attestation.response.clientDataJSON);
  if (challenge === undefined) throw passkeyNotAccepted();
  const wanted = { challenge, kind: "register", sid: cx.session.sessionId } as const;
  if (!(await inTransaction(cx, (tx) => takeChallenge(tx, wanted, now)))) throw setUpGone();
  const made = await verifyAttestation(cx.site, input.attestation, challenge);
  try {
    const id = await register(cx, made, { label: input.label, at: now });
    return { id, label: input.label, created_at: now.toISOString(), used_at: null };
  } catch (error) {
    if (isUniqueViolation(error)) throw passkeyNotAccepted();
    throw error;
  }
}

/** Returns options for a new passkey. This session must answer them within five minutes. */
export async function startPasskey(cx: AccountContext) {
  const account = await requireOwnProof(cx);
  const { userId } = cx.principal;
  const { challenge } = await makeChallenge(cx, { kind: "register", userId, sid: cx.session.sessionId });
  return registrationOptions(cx.site, account, challenge);
}
