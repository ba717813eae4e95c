import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { formatSeconds } from "@/lib/crypto/instant";
import { possessionContext, possessionTag } from "@/lib/crypto/possession";
import { ephemeralX25519, randomBytes, sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { inTransaction } from "@/lib/db/transaction";
import { findOwnClientHeld, requireReplaced } from "@/lib/keys/possession/client-held-key";
import { type Asked, insertChallenge } from "@/lib/keys/possession/store";
import type { KeyChallenge } from "@/lib/keys/schema";
import type { KeyVersion } from "@/lib/keys/store";
import type { HeldChallenge } from "@/lib/keys/wraps/schema";

const LIFE_MS = 5 * 60_000;
const SECOND_MS = 1_000;

/** The person's pseudonym, and the session or API key prefix, that a challenge is for. */
export function askedOf({ pseudonym, proof }: Principal): Asked {
  return { actor: pseudonym, session: proof.kind === "session" ? proof.sessionId : proof.prefix };
}

/**
 * Returns a new challenge for a key whose private key is not here (privacy.md "Proof of key possession"). Only the
 * digest of the answer is stored. The ephemeral private key is erased before this returns.
 */
export async function challengeKey(
  tx: Tx,
  cx: Pick<Context, "clock" | "instance"> & { readonly principal: Principal },
  key: KeyVersion,
): Promise<KeyChallenge> {
  const now = cx.clock.now();
  const expiresMs = Math.floor((now.getTime() + LIFE_MS) / SECOND_MS) * SECOND_MS;
  const ephemeral = ephemeralX25519();
  const nonce = randomBytes(32);
  const claims = {
    log: cx.instance.log,
    participant: key.participantId,
    key_id: key.id,
    public_key: key.publicKey,
    ephemeral_key: toBase64url(ephemeral.publicKey),
    ...askedOf(cx.principal),
    nonce: toBase64url(nonce),
    expires_at: formatSeconds(expiresMs),
  };
  const context = possessionContext(claims);
  const secret = ephemeral.derive(fromBase64url(key.publicKey));
  const expected = sha256(possessionTag("client", secret, context));
  const serverTag = toBase64url(possessionTag("server", secret, context));
  secret.fill(0);
  const id = uuidv7(now.getTime());
  const row = { id, tenantId: cx.instance.tenantId, keyVersionId: key.id, nonce, context, expected };
  await insertChallenge(tx, { ...row, expiresAt: new Date(expiresMs) }, now);
  const { ephemeral_key, expires_at } = claims;
  return { ephemeral_key, server_tag: serverTag, nonce: claims.nonce, expires_at, context };
}

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
