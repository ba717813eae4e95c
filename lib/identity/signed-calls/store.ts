import "server-only";
import { type Run, statement } from "@/lib/db/statement";

/**
 * How far the clocks of portals that share a database may differ. A nonce lasts longer for a portal whose clock is
 * behind.
 */
const SKEW_MS = 60_000;

interface Taken {
  readonly keyId: string;
  readonly nonce: string;
  readonly expiresAt: Date;
  readonly now: Date;
}

const keyOf = ({ keyId }: Taken) => keyId;
const TAKE_NONCE = statement<Taken, { readonly nonce: string }>("take-nonce")`
  WITH gone AS (
    DELETE FROM signature_nonce
    WHERE api_key_id = ${keyOf}::uuid AND expires_at < ${({ now }) => new Date(now.getTime() - SKEW_MS)}
  )
  INSERT INTO signature_nonce (api_key_id, nonce, expires_at)
  VALUES (${keyOf}::uuid, ${({ nonce }) => nonce}, ${({ expiresAt }) => expiresAt})
  ON CONFLICT DO NOTHING RETURNING nonce`;

/**
 * Takes a nonce of a key; returns false if it was already taken. The same statement deletes the key's expired nonces,
 * with time added for a portal whose clock is behind.
 */
export async function takeNonce(run: Run, taken: Taken): Promise<boolean> {
  return (await run(TAKE_NONCE, taken)).length > 0;
}
