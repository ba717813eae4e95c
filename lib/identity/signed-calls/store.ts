import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/**
 * How far the clocks of portals that share a database may differ. A nonce lasts longer for a portal whose clock is
 * behind.
 */
const SKEW_MS = 60_000;

/**
 * Takes a nonce of a key; returns false if it was already taken. The same statement deletes the key's expired nonces,
 * with time added for a portal whose clock is behind.
 */
export async function takeNonce(
  tx: Tx,
  taken: { readonly keyId: string; readonly nonce: string; readonly expiresAt: Date; readonly now: Date },
): Promise<boolean> {
  const over = new Date(taken.now.getTime() - SKEW_MS);
  const rows = await tx.$queryRaw<{ nonce: string }[]>(Prisma.sql`
    WITH gone AS (
      DELETE FROM signature_nonce WHERE api_key_id = ${taken.keyId}::uuid AND expires_at < ${over}
    )
    INSERT INTO signature_nonce (api_key_id, nonce, expires_at)
    VALUES (${taken.keyId}::uuid, ${taken.nonce}, ${taken.expiresAt})
    ON CONFLICT DO NOTHING RETURNING nonce`);
  return rows.length > 0;
}
