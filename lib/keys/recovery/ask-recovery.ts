import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { MAX_REWRAP_DAYS, MAX_REWRAP_TRANSACTIONS } from "@/lib/escrow/protocol/rewrap-statement";
import { requireKeyPermission } from "@/lib/keys/permissions";
import { endIfExpired } from "@/lib/keys/recovery/end-recovery";
import type { NewRecovery, RecoveryAnswer } from "@/lib/keys/recovery/schema";
import { findOpenRecovery, insertRecovery, listNamed } from "@/lib/keys/recovery/store";
import { answerRecovery } from "@/lib/keys/recovery/view";
import { parsePublicKey } from "@/lib/keys/register/public-key";
import { findOrStageKey } from "@/lib/keys/register/register-client-key";
import { mayBecome } from "@/lib/keys/states";
import {
  type KeyVersion,
  lockKey,
  lockParticipant,
  selectActiveKeys,
  selectKeys,
  updateState,
} from "@/lib/keys/store";

const DAY_MS = 24 * 60 * 60_000;

function refuse(detail: string): never {
  throw new DomainError("key.state", { detail });
}

/** Returns the lost key, locked together with its participant. It must be a client-held key that was in use. */
async function lockLost(tx: Tx, cx: Context, keyId: string): Promise<KeyVersion> {
  const [known] = await selectKeys(tx, { keyId, limit: 1 });
  if (known === undefined) throw new DomainError("key.not-found");
  requireKeyPermission(cx.principal, known.participantId, "compromised");
  requireKeyPermission(cx.principal, known.participantId, "active");
  if (!(await lockParticipant(tx, known.participantId))) throw new DomainError("key.not-found");
  const key = await lockKey(tx, keyId);
  if (key === undefined) throw new DomainError("key.not-found");
  if (key.custody !== "client") refuse(`${key.kid} is a managed key, which cannot be lost. Rotate it.`);
  if (key.state !== "compromised" && !mayBecome(key.state, "compromised")) {
    refuse(`${key.kid} is ${key.state}, so it has no data to recover.`);
  }
  return key;
}

/** Marks a lost key as compromised. Nothing more is sealed for it, so the recovery names all of its transactions. */
async function closeLostKey(tx: Tx, cx: Context, key: KeyVersion): Promise<void> {
  if (key.state !== "compromised") await updateState(tx, key.id, "compromised", cx.clock.now());
}

/** Returns the key to wrap for: the active one, or one that waits. */
async function newKey(tx: Tx, cx: Context, old: KeyVersion, bytes: Uint8Array) {
  const [active] = await selectActiveKeys(tx, [old.participantId], false);
  if (active !== undefined && active.publicKey !== toBase64url(bytes)) {
    refuse(`${active.kid} is the participant's active key: recover to that one.`);
  }
  const staged = await findOrStageKey(tx, cx, old.participantId, bytes);
  if (staged.key.version <= old.version) refuse(`${staged.key.kid} is not a successor of ${old.kid}.`);
  return staged;
}

function askEntry(
  tx: Tx,
  cx: Context,
  about: { readonly id: string; readonly old: KeyVersion; readonly next: KeyVersion; readonly count: number },
  reason: string,
): Promise<AppendedEntry> {
  const { id, old, next, count } = about;
  return appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.recover-ask",
    subjects: [`key_recovery:${id}`, `key:${old.id}`, `key:${next.id}`],
    details: {
      recovery: id,
      kid: next.kid,
      old_kid: old.kid,
      from: old.state,
      to: "compromised",
      public_key: next.publicKey,
      transactions: count,
      reason,
    },
    pub: { thumbprint: next.thumbprint },
    index: { participantId: old.participantId },
  });
}

/** Returns whether the open recovery is the one asked for. Any other open recovery blocks a second one. */
async function isKnown(tx: Tx, old: KeyVersion, publicKey: string): Promise<boolean> {
  const open = await findOpenRecovery(tx, old.participantId);
  if (open === undefined) return false;
  if (open.oldKeyId === old.id && open.newPublicKey === publicKey) return true;
  return refuse("Another recovery of this participant is still open.");
}

async function ask(
  tx: Tx,
  cx: Context,
  keyId: string,
  input: NewRecovery,
): Promise<AppendedEntry | undefined> {
  const bytes = parsePublicKey(input.public_key);
  const old = await lockLost(tx, cx, keyId);
  await endIfExpired(tx, cx, old.participantId);
  if (await isKnown(tx, old, toBase64url(bytes))) return undefined;
  await closeLostKey(tx, cx, old);
  const { key: next } = await newKey(tx, cx, old, bytes);
  const transactions = (await listNamed(tx, old.id, MAX_REWRAP_TRANSACTIONS)).sort();
  const askedAt = cx.clock.now();
  const id = uuidv7(askedAt.getTime());
  const entry = await askEntry(tx, cx, { id, old, next, count: transactions.length }, input.reason);
  await insertRecovery(tx, {
    id,
    tenantId: cx.instance.tenantId,
    participantId: old.participantId,
    oldKeyId: old.id,
    newKeyId: next.id,
    transactions,
    nonce: toBase64url(randomBytes(32)),
    reason: input.reason,
    askedBy: cx.principal.userId,
    askedAt,
    notAfter: new Date(askedAt.getTime() + MAX_REWRAP_DAYS * DAY_MS),
  });
  return entry;
}

/**
 * Asks that the entries of a lost key be wrapped for another key of the participant. The lost key becomes compromised
 * now, and the new one is registered and waits. Two people of the custodian's roster must sign. The same call again
 * returns the open recovery. Throws `key.not-found`, `access.forbidden`, `key.state`, `key.invalid`, `key.taken`.
 */
export async function askRecovery(cx: Context, keyId: string, input: NewRecovery): Promise<RecoveryAnswer> {
  try {
    const entry = await inTransaction(cx, (tx) => ask(tx, cx, keyId, input));
    return answerRecovery(cx, keyId, await cx.escrow.knownRoster(), entry);
  } catch (error) {
    // Another participant registered the same public key at the same moment.
    if (isUniqueViolation(error)) throw new DomainError("key.taken");
    throw error;
  }
}
