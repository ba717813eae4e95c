import "server-only";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import { parseAuthenticatorData } from "@simplewebauthn/server/helpers";
import { z } from "zod";
import { equalConstantTime, fromBase64url, fromUtf8 } from "@/lib/crypto/bytes";
import { parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { refuse } from "@/lib/custodian/refused";
import { statementChallenge } from "@/lib/escrow/protocol/challenge";
import { type StatementAlgorithm, statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { PasskeySignature } from "@/lib/escrow/protocol/statements";

type PasskeyCredential = Extract<RosterPerson["credentials"][number], { kind: "passkey" }>;

/** WebAuthn Level 3, 5.8.1. Further members are allowed, and some browsers announce them. */
const ClientData = z.looseObject({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

interface Read {
  readonly clientData: z.infer<typeof ClientData>;
  readonly authenticator: ReturnType<typeof parseAuthenticatorData>;
}

function read(signature: PasskeySignature): Read {
  try {
    const clientData = ClientData.parse(parseStrictJson(fromUtf8(fromBase64url(signature.client_data_json))));
    const bytes = Uint8Array.from(fromBase64url(signature.authenticator_data));
    fromBase64url(signature.signature);
    return { clientData, authenticator: parseAuthenticatorData(bytes) };
  } catch {
    return refuse("signature", "The passkey's answer cannot be read.");
  }
}

/** Checks each member from the browser and the device separately, so that a refusal names the wrong one. */
function checkMembers(
  { clientData, authenticator }: Read,
  wanted: { readonly challenge: string; readonly origins: readonly string[]; readonly rpId: string },
): void {
  if (clientData.type !== "webauthn.get") refuse("signature", "The passkey's answer is not an assertion.");
  if (clientData.challenge !== wanted.challenge)
    refuse("challenge", "The passkey signed something other than this statement.");
  if (!wanted.origins.includes(clientData.origin))
    refuse("origin", "The passkey was used on a page whose origin is not in the roster.");
  if (clientData.crossOrigin === true || clientData.topOrigin !== undefined)
    refuse("origin", "The passkey was used inside another site's page.");
  if (!equalConstantTime(authenticator.rpIdHash, sha256(wanted.rpId)))
    refuse("rp-id", "The passkey was used for another relying party.");
  if (!authenticator.flags.up || !authenticator.flags.uv)
    refuse("user-verification", "The passkey's device did not verify its user.");
}

/** ECDSA signatures are DER, and the library accepts trailing bytes. The other algorithms have a fixed length. */
function isWhole(algorithm: StatementAlgorithm, signature: Uint8Array): boolean {
  return algorithm !== "ES256" || (signature[0] === 0x30 && signature[1] === signature.length - 2);
}

/** Runs the library's whole WebAuthn verification, including the signature. The caller checks the counter. */
async function isVerified(
  signature: PasskeySignature,
  credential: PasskeyCredential,
  wanted: { readonly challenge: string; readonly origins: readonly string[] },
): Promise<boolean> {
  const publicKey = Uint8Array.from(fromBase64url(credential.public_key));
  const algorithm = statementAlgorithm(publicKey);
  if (algorithm === undefined || !isWhole(algorithm, fromBase64url(signature.signature))) return false;
  const { verified } = await verifyAuthenticationResponse({
    response: {
      id: signature.credential_id,
      rawId: signature.credential_id,
      type: "public-key",
      response: {
        authenticatorData: signature.authenticator_data,
        clientDataJSON: signature.client_data_json,
        signature: signature.signature,
      },
      clientExtensionResults: {},
    },
    expectedChallenge: wanted.challenge,
    expectedOrigin: [...wanted.origins],
    expectedRPID: credential.rp_id,
    credential: { id: credential.credential_id, publicKey, counter: 0 },
    requireUserVerification: true,
  });
  return verified;
}

/** Returns the counter that an assertion claims: bytes 33 to 36 of the authenticator data (WebAuthn Level 3, 6.1). */
export function counterOf(signature: PasskeySignature): number {
  const bytes = fromBase64url(signature.authenticator_data);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(33);
}

/**
 * Requires that this person's own passkey signed this statement: challenge SHA-256(S), a listed origin, the credential's
 * RP id, user present and verified, and a valid signature. Throws only Refused.
 */
export async function verifyPasskey(
  person: RosterPerson,
  origins: readonly string[],
  about: { readonly kind: string; readonly object: unknown },
  signature: PasskeySignature,
): Promise<void> {
  const credential = person.credentials.find(
    (known): known is PasskeyCredential =>
      known.kind === "passkey" && known.credential_id === signature.credential_id,
  );
  if (credential === undefined) refuse("signature", `The passkey is not one of ${person.person}'s.`);
  const challenge = statementChallenge(about.kind, about.object);
  checkMembers(read(signature), { challenge, origins, rpId: credential.rp_id });
  const holds = await isVerified(signature, credential, { challenge, origins }).catch(() => false);
  if (!holds) refuse("signature", `The ${about.kind} statement's signature is not ${person.person}'s.`);
}
