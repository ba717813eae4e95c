import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import type { SignedEpoch } from "@/lib/escrow/protocol/messages";

/** Returns whether the pinned custodian signed an epoch's key for this log, and the key is safe to seal to. */
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
