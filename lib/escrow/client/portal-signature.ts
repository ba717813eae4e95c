import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import type { StatementNote } from "@/lib/escrow/protocol/roster";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import type { Keystore } from "@/lib/keystore/keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";

/**
 * Returns the portal's signature in place of a person who signed in with a bearer key or TOTP. For evaluation only: a
 * custodian started without CUSTODIAN_EVALUATION refuses it, and every answer based on it carries the evaluation mark.
 */
export async function signAsPortal(
  keystore: Keystore,
  kind: StatementNote["kind"],
  object: unknown,
): Promise<StatementSignature> {
  const key = loadSigningKey(keystore, "evaluation");
  const signature = await key.sign(statementBytes(kind, object));
  return { kind: "ed25519", key_id: key.name, signature: toBase64url(signature) };
}
