import "server-only";
import {
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
  type WebAuthnCredential,
} from "@simplewebauthn/server";
import { z } from "zod";
import { fromBase64url, fromUtf8, isBase64url, toBase64url } from "@/lib/crypto/bytes";
import { isUuid } from "@/lib/crypto/uuid";
import type { PasskeyAssertion } from "@/lib/identity/schema";
import type { StoredPasskey } from "@/lib/identity/sign-in/credential-store";
import type { Site } from "@/lib/identity/sign-in/site";

/** COSE names of accepted algorithms: ES256, EdDSA, RS256. The custodian verifies the same. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-7, -8, -257];

const TIMEOUT_MS = 5 * 60_000;

/** Returns the account's handle for an authenticator: the user id's bytes, without address or name. */
export function userHandleOf(userId: string): string {
  if (!isUuid(userId)) throw new TypeError("a user's id is a UUID");
  const bytes = userId.replaceAll("-", "").match(/../g) ?? [];
  return toBase64url(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}

/** Returns options for `navigator.credentials.get`; without passkeys the browser offers those it knows. */
export function assertionOptions(site: Site, challenge: string, passkeys: readonly StoredPasskey[]) {
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: Uint8Array.from(fromBase64url(challenge)),
    timeout: TIMEOUT_MS,
    userVerification: "required",
    ...(passkeys.length === 0
      ? {}
      : {
          allowCredentials: passkeys.map(({ credentialId, transports }) => ({
            id: credentialId,
            transports: [...transports],
          })),
        }),
  });
}

const ClientData = z.looseObject({
  challenge: z.string().max(200),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

function clientDataOf(clientDataJson: string): z.infer<typeof ClientData> | undefined {
  if (!isBase64url(clientDataJson)) return undefined;
  try {
    return ClientData.parse(JSON.parse(fromUtf8(fromBase64url(clientDataJson))));
  } catch {
    return undefined;
  }
}

/** Returns the challenge in client data; undefined if it has none. It is unverified and only finds the row. */
export function challengeOf(clientDataJson: string): string | undefined {
  return clientDataOf(clientDataJson)?.challenge;
}

/**
 * Returns whether the ceremony ran in a frame of another site, which the library allows. This portal may not be framed,
 * and the custodian also refuses such statements. Unreadable client data counts as framed.
 */
export function isFramed(clientDataJson: string): boolean {
  const data = clientDataOf(clientDataJson);
  return data === undefined || data.crossOrigin === true || data.topOrigin !== undefined;
}

/**
 * Returns the passkey's new counter if the assertion is genuine: challenge, listed origin, rpId, user present and
 * verified, signature, counter. Undefined for any fault, unreadable bytes included.
 */
export async function verifyAssertion(
  site: Site,
  stored: StoredPasskey,
  assertion: PasskeyAssertion,
  challenge: string,
): Promise<number | undefined> {
  if (isFramed(assertion.response.clientDataJSON)) return undefined;
  const { userHandle, ...response } = assertion.response;
  const credential: WebAuthnCredential = {
    id: stored.credentialId,
    publicKey: Uint8Array.from(stored.publicKey),
    counter: stored.counter,
  };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: assertion.id,
        rawId: assertion.rawId,
        type: assertion.type,
        response: { ...response, ...(userHandle === undefined ? {} : { userHandle }) },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...site.origins],
      expectedRPID: site.rpId,
      credential,
      requireUserVerification: true,
    });
    return verified && authenticationInfo.userVerified ? authenticationInfo.newCounter : undefined;
  } catch {
    // The library throws for each failed check. The sender does not need to know which one.
    return undefined;
  }
}
