import "server-only";
import type { Clock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inTransaction } from "@/lib/db/transaction";
import { insertChallenge, type NewChallenge } from "@/lib/identity/sign-in/challenge-store";

const CHALLENGE_MS = 5 * 60_000;

/** Makes a challenge and keeps it for five minutes. This is not an act, so it has no entry. */
export async function makeChallenge(
  cx: DbContext & { readonly clock: Clock },
  what: Pick<NewChallenge, "kind" | "userId" | "sid" | "sealed">,
): Promise<{ readonly challenge: string; readonly expiresAt: Date }> {
  const now = cx.clock.now();
  const challenge = toBase64url(randomBytes(32));
  const expiresAt = new Date(now.getTime() + CHALLENGE_MS);
  const id = uuidv7(now.getTime());
  await inTransaction(cx, (tx) =>
    insertChallenge(tx, { ...what, id, tenantId: cx.instance.tenantId, challenge, expiresAt }, now),
  );
  return { challenge, expiresAt };
}
