import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { type KeyVersion, selectKeys } from "@/lib/keys/store";

/** A stored challenge: the question, and the digest of its only answer. */
export interface StoredChallenge {
  readonly id: string;
  readonly tenantId: string;
  readonly keyVersionId: string;
  readonly nonce: Uint8Array;
  readonly context: string;
  /** SHA-256 of the client's tag, so a person who reads the row cannot answer with it. */
  readonly expected: Uint8Array;
  readonly expiresAt: Date;
}

/** Stores a challenge and deletes expired ones of the same key. */
export async function insertChallenge(tx: Tx, challenge: StoredChallenge, now: Date): Promise<void> {
  const { keyVersionId } = challenge;
  await tx.key_challenge.deleteMany({ where: { key_version_id: keyVersionId, expires_at: { lt: now } } });
  await tx.key_challenge.create({
    select: { id: true },
    data: {
      id: challenge.id,
      tenant_id: challenge.tenantId,
      key_version_id: keyVersionId,
      nonce: Uint8Array.from(challenge.nonce),
      context: challenge.context,
      expected_tag: Uint8Array.from(challenge.expected),
      expires_at: challenge.expiresAt,
    },
  });
}

/** The caller of a challenge, who alone may answer it. */
export interface Asked {
  readonly actor: string;
  readonly session: string;
}

/**
 * Uses up the newest unused challenge of this caller for this key, expired or not. Returns undefined if none is unused.
 * Of two calls at once, one gets it.
 */
export async function takeChallenge(
  tx: Tx,
  keyVersionId: string,
  { actor, session }: Asked,
  at: Date,
): Promise<{ expected: Uint8Array; expiresAt: Date } | undefined> {
  const rows = await tx.$queryRaw<{ expected_tag: Uint8Array; expires_at: Date }[]>(Prisma.sql`
    UPDATE key_challenge SET used_at = ${at} WHERE used_at IS NULL AND id = (
      SELECT c.id FROM key_challenge c
      WHERE c.key_version_id = ${keyVersionId}::uuid AND c.used_at IS NULL
        AND c.context::jsonb ->> 'actor' = ${actor} AND c.context::jsonb ->> 'session' = ${session}
      ORDER BY c.id DESC LIMIT 1 FOR UPDATE)
    RETURNING expected_tag, expires_at`);
  return rows.map((row) => ({ expected: row.expected_tag, expiresAt: row.expires_at }))[0];
}

/** Stores the keystore's tag over a client-held key. The database lets none become active without it. */
export async function storeSeal(tx: Tx, id: string, seal: string): Promise<void> {
  await tx.key_version.update({ where: { id }, data: { instance_signature: seal }, select: { id: true } });
}

/**
 * Returns the last active version, if it is client-held. Its replacement needs proof of its possession, in whatever
 * state it is.
 */
export async function findHeld(tx: Tx, participantId: string): Promise<KeyVersion | undefined> {
  const last = await tx.key_version.findFirst({
    where: { participant_id: participantId, activated_at: { not: null } },
    orderBy: [{ activated_at: "desc" }, { version: "desc" }],
    select: { id: true, custody: true },
  });
  if (last?.custody !== "client") return undefined;
  return (await selectKeys(tx, { keyId: last.id, limit: 1 }))[0];
}

/** Returns versions of a participant that wait for a proof of possession. */
export function countWaiting(tx: Tx, participantId: string): Promise<number> {
  return tx.key_version.count({ where: { participant_id: participantId, state: "pre_active" } });
}
