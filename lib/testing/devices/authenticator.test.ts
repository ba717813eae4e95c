import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { type PasskeyAlgorithm, SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";

const ORIGIN = "http://localhost:3000";

test.each<PasskeyAlgorithm>(["ES256", "EdDSA", "RS256"])(
  "a %s passkey in software registers and signs like a real one",
  async (algorithm) => {
    const authenticator = new SoftwareAuthenticator({ algorithm });
    const challenge = toBase64url(randomBytes(32));
    const registered = await verifyRegistrationResponse({
      response: authenticator.register(challenge),
      expectedChallenge: challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: "localhost",
      supportedAlgorithmIDs: [-7, -8, -257],
    });
    expect(registered.verified).toBe(true);
    const credential = registered.registrationInfo?.credential;
    if (credential === undefined) throw new Error("a credential expected");
    expect(credential.id).toBe(authenticator.credentialId);
    expect(toBase64url(credential.publicKey)).toBe(toBase64url(authenticator.publicKey));
    const next = toBase64url(randomBytes(32));
    const asserted = await verifyAuthenticationResponse({
      response: authenticator.assert(next),
      expectedChallenge: next,
      expectedOrigin: ORIGIN,
      expectedRPID: "localhost",
      credential,
    });
    expect(asserted.verified).toBe(true);
    expect(asserted.authenticationInfo).toMatchObject({ newCounter: 1, userVerified: true });
  },
);
