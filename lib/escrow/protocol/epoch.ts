import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import type { SignedEpoch } from "@/lib/escrow/protocol/messages";

/** Whether an epoch's key is the pinned custodian's, for this log, and fit to seal to. */
export function verifyEpoch(
  pinned: { readonly log: string; readonly publicKey: Uint8Array },
  { statement, signature }: SignedEpoch,
): boolean {
  if (statement.log !== pinned.log || statement.kid !== `escrow#${statement.epoch}`) return false;
  try {
    checkX25519PublicKey(fromBase64url(statement.public_key));
    return verifyStatement(pinned.publicKey, "escrow-key", statement, fromBase64url(signature));
  } catch {
    return false;
  }
}
