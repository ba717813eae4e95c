import "server-only";
import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  type AccountContext,
  changeOwnAccount,
  requireOwnProof,
} from "@/lib/identity/account/account-context";
import { proveByNewFactor, recordFactorChange } from "@/lib/identity/account/change-factors";
import type { NewPasskey, PasskeyView } from "@/lib/identity/account/schema";
import { takeChallenge } from "@/lib/identity/challenges/store";
import { challengeOf, isFramed, PASSKEY_ALGORITHMS } from "@/lib/identity/passkey";
import { insertCredential } from "@/lib/identity/store";

function notAccepted(): DomainError {
  return new DomainError("credential.invalid", { detail: "The passkey's answer could not be verified." });
}

async function verify(cx: AccountContext, attestation: NewPasskey["attestation"], challenge: string) {
  const { transports, ...response } = attestation.response;
  if (isFramed(response.clientDataJSON)) throw notAccepted();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...attestation, response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...cx.site.origins],
      expectedRPID: cx.site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (registrationInfo?.userVerified !== true) throw notAccepted();
    return { ...registrationInfo.credential, transports: transports ?? [] };
  } catch {
    // Malformed bytes and failed checks alike: the browser's owner can only try again.
    throw notAccepted();
  }
}

type Verified = Awaited<ReturnType<typeof verify>>;

async function store(tx: Tx, cx: AccountContext, id: string, label: string, made: Verified): Promise<void> {
  await insertCredential(tx, {
    id,
    tenant_id: cx.instance.tenantId,
    user_id: cx.principal.userId,
    kind: "passkey",
    external_id: made.id,
    public_key: Uint8Array.from(made.publicKey),
    counter: made.counter,
    transports: made.transports,
    label,
    created_at: cx.clock.now(),
  });
  await proveByNewFactor(tx, cx, "passkey", id);
  await recordFactorChange(tx, cx, "credential.create", { factor: "passkey", credential: id });
}

/** Registers the passkey that answered a challenge of this very session. */
export async function registerPasskey(cx: AccountContext, input: NewPasskey): Promise<PasskeyView> {
  await requireOwnProof(cx);
  const now = cx.clock.now();
  const challenge = challengeOf(input.attestation.response.clientDataJSON);
  if (challenge === undefined) throw notAccepted();
  const wanted = { challenge, kind: "register", sid: cx.session.sessionId } as const;
  if (!(await inTransaction(cx, (tx) => takeChallenge(tx, wanted, now))))
    throw new DomainError("credential.challenge", {
      detail: "Start again: a set-up is good for five minutes.",
    });
  const made = await verify(cx, input.attestation, challenge);
  const id = uuidv7(now.getTime());
  try {
    await changeOwnAccount(cx, (tx) => store(tx, cx, id, input.label, made));
  } catch (error) {
    if (isUniqueViolation(error)) throw notAccepted();
    throw error;
  }
  return { id, label: input.label, created_at: now.toISOString(), used_at: null };
}
