import "server-only";
import { generateRegistrationOptions } from "@simplewebauthn/server";
import { fromBase64url } from "@/lib/crypto/bytes";
import { type AccountContext, requireOwnProof } from "@/lib/identity/account/account-context";
import { makeChallenge } from "@/lib/identity/challenge";
import { PASSKEY_ALGORITHMS, userHandleOf } from "@/lib/identity/passkey";

/** Options for a new passkey: kept on the device, user-verified, and not one that is registered already. */
export async function startPasskey(cx: AccountContext) {
  const account = await requireOwnProof(cx);
  const { userId, name } = cx.principal;
  const { challenge } = await makeChallenge(cx, { kind: "register", userId, sid: cx.session.sessionId });
  const options = await generateRegistrationOptions({
    rpName: "Sealport",
    rpID: cx.site.rpId,
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
