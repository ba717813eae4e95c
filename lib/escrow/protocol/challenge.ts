import { fromBase64url, fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import type { PasskeySignature } from "@/lib/escrow/protocol/statements";

/** Returns the challenge that a passkey signs for a statement: SHA-256(S), base64url. */
export function statementChallenge(kind: string, object: unknown): string {
  return toBase64url(sha256(statementBytes(kind, object)));
}

/** Returns the challenge that an assertion claims to answer. Trust it only after the signature was verified. */
export function claimedChallenge(signature: PasskeySignature): string | undefined {
  try {
    const clientData: unknown = JSON.parse(fromUtf8(fromBase64url(signature.client_data_json)));
    if (typeof clientData !== "object" || clientData === null || !("challenge" in clientData))
      return undefined;
    return typeof clientData.challenge === "string" ? clientData.challenge : undefined;
  } catch {
    return undefined;
  }
}
