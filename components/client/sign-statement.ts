import { NotSigned } from "@/components/client/api";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { statementBytes } from "@/lib/crypto/statement-bytes";

export type StatementKind =
  | "decision"
  | "open"
  | "dispute"
  | "roster"
  | "rewrap"
  | "release"
  | "release-end"
  | "break-glass"
  | "review"
  | "epoch"
  | "policy"
  | "access-review"
  | "recovery";

/** The passkeys that the custodian takes the person's statements from. */
export interface SigningKeys {
  readonly rpId: string;
  readonly credentialIds: readonly string[];
}

/** A WebAuthn assertion over a statement, as the API and the custodian take it. */
export interface PasskeySignature {
  readonly kind: "passkey";
  readonly credential_id: string;
  readonly authenticator_data: string;
  readonly client_data_json: string;
  readonly signature: string;
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
}

/** SHA-256 of the JCS of any plain JSON, base64url: what statements name other records by. */
export async function recordDigest(record: unknown): Promise<string> {
  return toBase64url(await sha256(canonicalBytes(record)));
}

function base64urlOf(buffer: ArrayBuffer): string {
  return toBase64url(new Uint8Array(buffer));
}

async function assertionFor(
  challenge: Uint8Array<ArrayBuffer>,
  keys: SigningKeys,
): Promise<PublicKeyCredential | undefined> {
  const found = await navigator.credentials.get({
    publicKey: {
      challenge,
      rpId: keys.rpId,
      userVerification: "required",
      allowCredentials: keys.credentialIds.map((id) => ({
        type: "public-key",
        id: Uint8Array.from(fromBase64url(id)),
      })),
    },
  });
  return found instanceof PublicKeyCredential ? found : undefined;
}

/**
 * Has the person sign a statement with a passkey. The challenge is computed here, over the very object that is
 * given: hand over what the page shows, and the server cannot have something else signed in its place.
 */
export async function signStatement(
  kind: StatementKind,
  statement: unknown,
  keys: SigningKeys,
): Promise<PasskeySignature> {
  if (!("PublicKeyCredential" in window)) throw new NotSigned("unsupported");
  const challenge = await sha256(statementBytes(kind, statement));
  const credential = await assertionFor(challenge, keys).catch((error: unknown) => {
    // The browser says no more of why: given up, timed out, or no such passkey here.
    if (error instanceof DOMException) throw new NotSigned("cancelled");
    throw error;
  });
  const response = credential?.response;
  if (credential === undefined || !(response instanceof AuthenticatorAssertionResponse)) {
    throw new NotSigned("cancelled");
  }
  return {
    kind: "passkey",
    credential_id: base64urlOf(credential.rawId),
    authenticator_data: base64urlOf(response.authenticatorData),
    client_data_json: base64urlOf(response.clientDataJSON),
    signature: base64urlOf(response.signature),
  };
}
