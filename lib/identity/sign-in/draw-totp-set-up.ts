import "server-only";
import type { Clock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { randomBytes } from "@/lib/crypto/primitives";
import type { DbContext } from "@/lib/db/transaction";
import type { TotpSetUp } from "@/lib/identity/account/schema";
import { makeChallenge } from "@/lib/identity/sign-in/challenge-store";
import type { Account } from "@/lib/identity/sign-in/credential-store";
import { totpSetUp } from "@/lib/identity/sign-in/totp";

/** RFC 4226 section 4: at least the hash's length. */
const SECRET_BYTES = 20;

/**
 * Draws an authenticator's secret and keeps it sealed for five minutes. `sid` names the session or the invitation that
 * began it and alone may confirm it.
 */
export async function drawTotpSetUp(
  cx: DbContext & Pick<Context, "keystore"> & { readonly clock: Clock },
  account: Account,
  sid: string,
): Promise<TotpSetUp> {
  const { userId } = account.holder;
  const secret = randomBytes(SECRET_BYTES);
  const sealed = cx.keystore.sealSecret(`totp:${userId}`, secret);
  const { challenge, expiresAt } = await makeChallenge(cx, { kind: "totp", userId, sid, sealed });
  const { uri, text } = totpSetUp(secret, account.email);
  return { challenge, uri, secret: text, expires_at: expiresAt.toISOString() };
}
