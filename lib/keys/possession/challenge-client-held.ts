import "server-only";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { challengeKey } from "@/lib/keys/possession/challenge";
import { findOwnClientHeld, requireReplaced } from "@/lib/keys/possession/client-held-key";
import type { HeldChallenge } from "@/lib/keys/wraps/schema";

/**
 * Returns a challenge for a replaced client-held key. A participant that hands its entries over proves with it that it
 * could open them. Throws `key.not-found`, `access.forbidden`, `key.state`.
 */
export async function challengeClientHeld(cx: Context, keyId: string): Promise<HeldChallenge> {
  return inTransaction(cx, async (tx) => {
    const key = await findOwnClientHeld(tx, cx.principal, keyId);
    requireReplaced(key);
    const challenge = await challengeKey(tx, cx, key);
    return { success: true, key_id: key.id, kid: key.kid, challenge };
  });
}
