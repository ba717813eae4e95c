import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { rewrappersOf } from "@/lib/escrow/protocol/rewrap-statement";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { findActive, isRemovedPasskey } from "@/lib/identity/roster/people-store";
import { mayUseKey, requireKeyPermission } from "@/lib/keys/permissions";
import {
  findNewest,
  listSignatures,
  type RecoveryRow,
  type RecoverySignatureRow,
} from "@/lib/keys/recovery/store";
import { type KeyVersion, selectKeys } from "@/lib/keys/store";

/**
 * Returns the statements without those of people suspended since. Also drops those by passkeys that their owners
 * removed, perhaps because a thief has them. The custodian's roster may still have both.
 */
export async function standingSignatures(
  tx: Tx,
  signatures: readonly RecoverySignatureRow[],
): Promise<RecoverySignatureRow[]> {
  const active = await findActive(
    tx,
    signatures.map(({ userId }) => userId),
  );
  const standing: RecoverySignatureRow[] = [];
  for (const word of signatures) {
    const { userId, signature } = word;
    const isRemoved =
      signature.kind === "passkey" && (await isRemovedPasskey(tx.run, signature.credential_id));
    if (active.has(userId) && !isRemoved) standing.push(word);
  }
  return standing;
}

/** A recovery with all the data for its checks. */
export interface RecoveryCase {
  readonly key: KeyVersion;
  readonly row: RecoveryRow;
  readonly signatures: readonly RecoverySignatureRow[];
}

/** Returns a key's newest recovery, if it has one. Throws `key.not-found`. */
export async function findCase(
  tx: Tx,
  keyId: string,
): Promise<{ key: KeyVersion; found: RecoveryCase | undefined }> {
  const [key] = await selectKeys(tx, { keyId, limit: 1 });
  if (key === undefined) throw new DomainError("key.not-found");
  const row = await findNewest(tx, keyId);
  if (row === undefined) return { key, found: undefined };
  return { key, found: { key, row, signatures: await listSignatures(tx, row.id) } };
}

/** Returns the recovery, which must exist. Throws `key.recovery-not-found`. */
export async function loadCase(tx: Tx, keyId: string): Promise<RecoveryCase> {
  const { found } = await findCase(tx, keyId);
  if (found === undefined) throw new DomainError("key.recovery-not-found");
  return found;
}

/**
 * Returns the recovery with its valid statements. Only the participant's own people ask for a recovery and prove the
 * new key. Throws `access.forbidden`.
 */
export async function loadOwnCase(cx: Context, keyId: string): Promise<RecoveryCase> {
  return inSnapshot(cx, async (tx) => {
    const { key, found } = await findCase(tx, keyId);
    requireKeyPermission(cx.principal, key.participantId, "active");
    if (found === undefined) throw new DomainError("key.recovery-not-found");
    return { ...found, signatures: await standingSignatures(tx, found.signatures) };
  });
}

const SEEING: readonly Principal["role"][] = ["coordinator", "admin"];

/** Returns whether the caller may read it: the participant's own people, the operators, and people who may sign. */
export function maySee(principal: Principal, participantId: string, roster: Roster | undefined): boolean {
  return (
    mayUseKey(principal, participantId, "active") ||
    SEEING.includes(principal.role) ||
    isRewrapper(roster, participantId, principal.handle)
  );
}

export function isRewrapper(roster: Roster | undefined, participantId: string, handle: string): boolean {
  return rewrappersOf(roster?.persons ?? [], participantId).some(({ person }) => person === handle);
}

/** Throws `key.state` unless the recovery waits for people and is still in time. */
export function requireAsked({ row }: RecoveryCase, now: Date): void {
  if (row.state === "asked" && row.notAfter.getTime() > now.getTime()) return;
  const state = row.state === "asked" ? "expired" : row.state;
  throw new DomainError("key.state", { detail: `The recovery is ${state}.` });
}
