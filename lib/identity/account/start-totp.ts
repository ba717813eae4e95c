import "server-only";
import { randomBytes } from "@/lib/crypto/primitives";
import { type AccountContext, requireOwnProof } from "@/lib/identity/account/account-context";
import type { TotpSetUp } from "@/lib/identity/account/schema";
import { makeChallenge } from "@/lib/identity/challenge";
import { totpSetUp } from "@/lib/identity/totp";

/** RFC 4226 section 4: at least the hash's own length. */
const SECRET_BYTES = 20;

/** Draws a new secret, which counts for nothing until one of its codes comes back. */
export async function startTotp(cx: AccountContext): Promise<TotpSetUp> {
  const account = await requireOwnProof(cx);
  const { userId } = cx.principal;
  const secret = randomBytes(SECRET_BYTES);
  const { challenge, expiresAt } = await makeChallenge(cx, {
    kind: "totp",
    userId,
    sid: cx.session.sessionId,
    sealed: cx.keystore.sealSecret(`totp:${userId}`, secret),
  });
  const { uri, text } = totpSetUp(secret, account.email);
  return { challenge, uri, secret: text, expires_at: expiresAt.toISOString() };
}
