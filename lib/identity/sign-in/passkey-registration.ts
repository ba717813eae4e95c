import "server-only";
import { generateRegistrationOptions, verifyRegistrationResponse } from "@simplewebauthn/server";
import { fromBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isAnothersKey } from "@/lib/identity/people/one-human-store";
import { insertCredential } from "@/lib/identity/people/store";
import type { PasskeyAttestation } from "@/lib/identity/schema";
import type { Account } from "@/lib/identity/sign-in/credential-store";
import { isFramed, PASSKEY_ALGORITHMS, userHandleOf } from "@/lib/identity/sign-in/passkey";
import type { Site } from "@/lib/identity/sign-in/site";

/** Returns options for a new passkey of this person: kept on the device, user-verified, and not yet registered. */
export async function registrationOptions(site: Site, account: Account, challenge: string) {
  const { userId, name } = account.holder;
  const options = await generateRegistrationOptions({
    rpName: "Sealport",
    rpID: site.rpId,
    userName: account.email,
    userDisplayName: name,
    userID: Uint8Array.from(fromBase64url(userHandleOf(userId))),
    challenge: Uint8Array.from(fromBase64url(challenge)),
    attestationType: "none",
    excludeCredentials: account.passkeys.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
  });
  return { ...options };
}

/** Returns the refusal of a new passkey, the same for every fault. */
export function passkeyNotAccepted(): DomainError {
  return new DomainError("credential.invalid", { detail: "The passkey's answer could not be verified." });
}

/** Returns the refusal of a set-up that began too long ago, elsewhere, or not at all. */
export function setUpGone(): DomainError {
  return new DomainError("credential.challenge", {
    detail: "Start again: a set-up is valid for five minutes.",
  });
}

/** A verified new passkey, as it is stored. */
export type VerifiedPasskey = Awaited<ReturnType<typeof verifyAttestation>>;

/**
 * Verifies a new passkey: challenge, listed origin, rpId, user present and verified, algorithm (WebAuthn level 3,
 * section 7.1). Throws `credential.invalid` for any fault, unreadable bytes included.
 */
export async function verifyAttestation(site: Site, attestation: PasskeyAttestation, challenge: string) {
  const { transports, ...response } = attestation.response;
  if (isFramed(response.clientDataJSON)) throw passkeyNotAccepted();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...attestation, response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...site.origins],
      expectedRPID: site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (registrationInfo?.userVerified !== true) throw passkeyNotAccepted();
    return { ...registrationInfo.credential, transports: transports ?? [] };
  } catch {
    // Malformed bytes and failed checks get one answer: the browser's owner can only try again.
    throw passkeyNotAccepted();
  }
}

/**
 * Stores a verified passkey and returns its id; the caller writes the entry. A known passkey is a unique violation.
 * Another person's key under another id is `credential.invalid`: one human is one account.
 */
export async function storePasskey(
  tx: Tx,
  passkey: VerifiedPasskey,
  to: { readonly tenantId: string; readonly userId: string; readonly label: string; readonly at: Date },
): Promise<string> {
  const id = uuidv7(to.at.getTime());
  if (await isAnothersKey(tx, { ...to, publicKey: passkey.publicKey })) throw passkeyNotAccepted();
  await insertCredential(tx, {
    id,
    tenant_id: to.tenantId,
    user_id: to.userId,
    kind: "passkey",
    external_id: passkey.id,
    public_key: Uint8Array.from(passkey.publicKey),
    counter: passkey.counter,
    transports: passkey.transports,
    label: to.label,
    created_at: to.at,
  });
  return id;
}
