import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** Takes a nonce of a key; false when it was taken before. Those of the key whose time is over go in the same statement. */
export async function takeNonce(
  tx: Tx,
  taken: { readonly keyId: string; readonly nonce: string; readonly expiresAt: Date; readonly now: Date },
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ nonce: string }[]>(Prisma.sql`
    WITH gone AS (
      DELETE FROM signature_nonce WHERE api_key_id = ${taken.keyId}::uuid AND expires_at < ${taken.now}
    )
    INSERT INTO signature_nonce (api_key_id, nonce, expires_at)
    VALUES (${taken.keyId}::uuid, ${taken.nonce}, ${taken.expiresAt})
    ON CONFLICT DO NOTHING RETURNING nonce`);
  return rows.length > 0;
}
