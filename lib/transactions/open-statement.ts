import "server-only";
import type { GrantFacts } from "@/lib/access/facts";
import type { Context } from "@/lib/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { generateX25519, randomBytes } from "@/lib/crypto/primitives";
import type { EscrowOpening } from "@/lib/escrow/client";
import { signAsPortal } from "@/lib/escrow/portal-signature";
import { buildOpen, type GroupName, validityTime } from "@/lib/escrow/statements";

const VALID_MS = 5 * 60_000;

/** The requester's word for one opening, and the key that its answer is sealed to. */
export interface SignedStatement {
  readonly opening: EscrowOpening["opening"];
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
}

function sessionOf({ proof }: Context["principal"]): string {
  return proof.kind === "session" ? proof.sessionId : proof.prefix;
}

/**
 * Evaluation only: the portal signs the `open` statement in the requester's name, since a bearer key and TOTP
 * sign nothing. A custodian outside evaluation refuses it, and every answer built on it says so.
 */
export async function signInPlace(
  cx: Context,
  grant: GrantFacts,
  scope: { readonly transactionId: string; readonly groups: readonly GroupName[]; readonly purpose: string },
): Promise<SignedStatement> {
  const replyKey = generateX25519();
  const statement = buildOpen({
    log: cx.instance.log,
    grant: grant.id,
    transactions: [scope.transactionId],
    groups: [...scope.groups],
    level: grant.level,
    purpose: scope.purpose,
    requester: cx.principal.handle,
    session: sessionOf(cx.principal),
    reply_key: toBase64url(replyKey.publicKey),
    nonce: toBase64url(randomBytes(32)),
    expires_at: validityTime(new Date(cx.clock.nowMs() + VALID_MS)),
  });
  return { opening: { statement, signature: await signAsPortal(cx.keystore, "open", statement) }, replyKey };
}
