import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { RewrapAccepted, RewrapStatements } from "@/lib/escrow/protocol/lost-key";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { storeSeal } from "@/lib/keys/possession/store";
import { loadOwnCase, type RecoveryCase, requireAsked } from "@/lib/keys/recovery/load-case";
import { requireSignatures } from "@/lib/keys/recovery/require-signatures";
import type { RecoveryAnswer, RecoveryProof } from "@/lib/keys/recovery/schema";
import { lockRecovery, startRecovery } from "@/lib/keys/recovery/store";
import { statementsOf } from "@/lib/keys/recovery/terms";
import { answerRecovery } from "@/lib/keys/recovery/view";
import {
  countWraps,
  type KeyVersion,
  lockKey,
  lockParticipant,
  selectActiveKeys,
  updateState,
} from "@/lib/keys/store";
import { sealOf } from "@/lib/keys/vouch";

function refuse(detail: string): never {
  throw new DomainError("key.state", { detail });
}

/**
 * Sends the statements and the answer to the custodian. A wrong answer is recorded as a failed proof of the new key.
 */
async function accept(
  cx: Context,
  { row }: RecoveryCase,
  statements: RewrapStatements,
  proof: RecoveryProof,
): Promise<RewrapAccepted> {
  try {
    return await cx.escrow.lostKeys.accept({ statements, client_tag: proof.client_tag });
  } catch (error) {
    if (!(error instanceof DomainError) || error.extra.reason !== "proof") throw error;
    const detail = error.detail ?? "The custodian did not accept the answer.";
    await recordEvent(cx, {
      class: "key",
      outcome: "denied",
      action: "key.recover-begin",
      subjects: [`key:${row.newKeyId}`],
      details: { recovery: row.id, code: "key.proof", detail },
      index: { participantId: row.participantId },
    });
    throw new DomainError("key.proof", { detail, errors: [{ pointer: "/client_tag", detail }] });
  }
}

/** Locks participant, recovery and keys in the order of every other change, and returns them. */
async function lockAll(tx: Tx, { row }: RecoveryCase): Promise<KeyVersion> {
  if (!(await lockParticipant(tx, row.participantId))) throw new DomainError("key.not-found");
  if ((await lockRecovery(tx, row.id)) !== "asked") refuse("The recovery has begun, or has ended.");
  const old = await lockKey(tx, row.oldKeyId);
  const next = await lockKey(tx, row.newKeyId);
  if (old?.state !== "compromised") refuse("The lost key is no longer compromised.");
  if (next === undefined || (next.state !== "pre_active" && next.state !== "active")) {
    return refuse("The new key is neither waiting nor active. Ask for another recovery.");
  }
  const [active] = await selectActiveKeys(tx, [row.participantId], false);
  if (active !== undefined && active.id !== next.id) {
    refuse(`${active.kid} has become the participant's active key: ask for a recovery to that one.`);
  }
  return next;
}

function beginEntry(
  tx: Tx,
  cx: Context,
  { row, key: old }: RecoveryCase,
  next: KeyVersion,
  { statement }: RewrapAccepted,
): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "key.recover-begin",
    subjects: [`key_recovery:${row.id}`, `key:${old.id}`, `key:${next.id}`],
    details: {
      recovery: row.id,
      kid: next.kid,
      old_kid: old.kid,
      public_key: next.publicKey,
      transactions: row.transactions.length,
      statement: statement.recovery,
      assurance: statement.assurance,
    },
    pub: { thumbprint: next.thumbprint },
    index: { participantId: row.participantId },
  });
}

async function begin(
  tx: Tx,
  cx: Context,
  one: RecoveryCase,
  accepted: RewrapAccepted,
): Promise<AppendedEntry> {
  const next = await lockAll(tx, one);
  const at = cx.clock.now();
  const entry = await beginEntry(tx, cx, one, next, accepted);
  if (next.state === "pre_active") {
    // The custodian ran the possession protocol. Its signed statement replaces the old key's answer.
    await storeSeal(tx, next.id, sealOf(cx, next));
    await updateState(tx, next.id, "active", at);
  }
  await startRecovery(tx, { id: one.row.id, total: await countWraps(tx, one.row.oldKeyId), at });
  return entry;
}

/**
 * Sends two people's statements and the new key's answer to the custodian, and makes the new key active after it
 * accepts. Entries of the lost key are then wrapped in the background. After a kill in between, call it again with a
 * new challenge. Throws `key.recovery-not-found`, `access.forbidden`, `key.state`, `key.proof`, `custodian.refused`.
 */
export async function beginRecovery(
  cx: Context,
  keyId: string,
  proof: RecoveryProof,
): Promise<RecoveryAnswer> {
  const one = await loadOwnCase(cx, keyId);
  if (one.row.state === "running") return answerRecovery(cx, keyId, await cx.escrow.knownRoster(), undefined);
  requireAsked(one, cx.clock.now());
  const roster = await requireRoster(cx);
  const statements = statementsOf(
    cx,
    one.row,
    requireSignatures(one.row.participantId, one.signatures, roster),
  );
  const accepted = await accept(cx, one, statements, proof);
  const entry = await inTransaction(cx, (tx) => begin(tx, cx, one, accepted));
  return answerRecovery(cx, keyId, roster, entry);
}
