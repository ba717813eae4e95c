import "server-only";
import type { Clock } from "@/lib/clock";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";

export type ChallengeKind = "sign_in" | "register" | "step_up" | "totp" | "provider";

export interface NewChallenge {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: ChallengeKind;
  readonly challenge: string;
  readonly userId?: string | undefined;
  /** The session, or the id of the invitation, that alone may answer it. */
  readonly sid?: string | undefined;
  /** A secret that waits for its confirmation. */
  readonly sealed?: Uint8Array | undefined;
  readonly expiresAt: Date;
}

/** Old challenges to clear with each new one: more than are made, so the table stays small. */
const SWEEP = 20;

export async function insertChallenge(tx: Tx, challenge: NewChallenge, now: Date): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM auth_challenge WHERE id IN (
      SELECT id FROM auth_challenge WHERE expires_at < ${now} ORDER BY expires_at LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED)`;
  await tx.auth_challenge.create({
    data: {
      id: challenge.id,
      tenant_id: challenge.tenantId,
      kind: challenge.kind,
      challenge: challenge.challenge,
      user_id: challenge.userId ?? null,
      sid: challenge.sid ?? null,
      sealed: challenge.sealed === undefined ? null : Uint8Array.from(challenge.sealed),
      expires_at: challenge.expiresAt,
    },
    select: { id: true },
  });
}

export interface WantedChallenge {
  readonly challenge: string;
  readonly kind: ChallengeKind;
  /** The session or invitation it was made for; a sign-in has none. */
  readonly sid: string | null;
}

/** Returns the challenge if it is still good, without taking it: the person may retype a mistyped code. */
export async function findChallenge(
  tx: Tx,
  wanted: WantedChallenge,
  now: Date,
): Promise<{ readonly sealed: Uint8Array | null } | undefined> {
  const row = await tx.auth_challenge.findFirst({
    where: { ...wanted, used_at: null, expires_at: { gt: now } },
    select: { sealed: true },
  });
  return row ?? undefined;
}

/** Takes all of a person's challenges of a kind, so none of them can be answered later. */
export async function takeChallengesOf(
  tx: Tx,
  userId: string,
  kind: ChallengeKind,
  now: Date,
): Promise<void> {
  await tx.auth_challenge.updateMany({
    where: { user_id: userId, kind, used_at: null },
    data: { used_at: now },
  });
}

/** Takes a challenge, once and in time. One statement, so only one of two answers can succeed. */
export async function takeChallenge(tx: Tx, wanted: WantedChallenge, now: Date): Promise<boolean> {
  const { count } = await tx.auth_challenge.updateMany({
    where: { ...wanted, used_at: null, expires_at: { gt: now } },
    data: { used_at: now },
  });
  return count === 1;
}

/** Takes a challenge, once and in time, and returns what is sealed with it. */
export async function takeSealedChallenge(
  tx: Tx,
  wanted: WantedChallenge,
  now: Date,
): Promise<Uint8Array | undefined> {
  const rows = await tx.auth_challenge.updateManyAndReturn({
    where: { ...wanted, used_at: null, expires_at: { gt: now } },
    data: { used_at: now },
    select: { sealed: true },
  });
  return rows[0]?.sealed ?? undefined;
}

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
