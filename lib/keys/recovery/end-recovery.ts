import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { mayUseKey } from "@/lib/keys/permissions";
import { isRewrapper, loadCase, requireAsked } from "@/lib/keys/recovery/load-case";
import type { RecoveryAnswer, RecoveryEnd, RecoveryState } from "@/lib/keys/recovery/schema";
import { endRecovery, findOpenRecovery, lockRecovery, type RecoveryRow } from "@/lib/keys/recovery/store";
import { recoveryDigest } from "@/lib/keys/recovery/terms";
import { answerRecovery } from "@/lib/keys/recovery/view";
import { countWraps, kidOf } from "@/lib/keys/store";

export type EndContext = Pick<Context, "db" | "instance"> & AuditContext;

export interface RecoveryOutcome {
  readonly state: Exclude<RecoveryState, "asked" | "running">;
  readonly reason?: string;
}

/** Records the result of a recovery in the caller's transaction, which holds its lock. */
export async function writeEnd(
  tx: Tx,
  cx: EndContext,
  row: RecoveryRow,
  { state, reason }: RecoveryOutcome,
): Promise<AppendedEntry> {
  const remaining = await countWraps(tx, row.oldKeyId);
  const entry = await appendEntry(tx, cx, {
    class: "key",
    outcome: state === "failed" ? "failed" : "done",
    action: "key.recover-end",
    subjects: [`key_recovery:${row.id}`],
    details: {
      recovery: row.id,
      kid: kidOf(row.participantId, row.newVersion),
      old_kid: kidOf(row.participantId, row.oldVersion),
      state,
      rewrapped: Math.max(0, row.total - remaining),
      remaining,
      ...(reason === undefined ? {} : { reason }),
    },
    index: { participantId: row.participantId },
  });
  const at = cx.clock.now();
  await endRecovery(tx, { id: row.id, state, remaining, by: cx.principal?.userId, reason, at });
  return entry;
}

/** Ends a participant's recovery that was not answered in time, in the caller's transaction. */
export async function endIfExpired(tx: Tx, cx: EndContext, participantId: string): Promise<void> {
  const open = await findOpenRecovery(tx, participantId);
  if (open === undefined || open.notAfter.getTime() > cx.clock.nowMs()) return;
  if ((await lockRecovery(tx, open.id)) === "asked") await writeEnd(tx, cx, open, { state: "expired" });
}

/**
 * Ends a waiting recovery: the participant withdraws it, or a person who may sign refuses it. The custodian is notified
 * first, so earlier signatures are no longer valid. Throws `key.recovery-not-found`, `access.forbidden`, `key.state`.
 */
export async function refuseRecovery(cx: Context, keyId: string, body: RecoveryEnd): Promise<RecoveryAnswer> {
  const roster = await cx.escrow.knownRoster();
  const one = await inSnapshot(cx, (tx) => loadCase(tx, keyId));
  const { row } = one;
  const isOwn = mayUseKey(cx.principal, row.participantId, "active");
  if (!isOwn && !isRewrapper(roster, row.participantId, cx.principal.handle)) {
    throw new DomainError("access.forbidden", {
      detail: "Only the participant can withdraw a recovery. Only people who may sign it can refuse it.",
    });
  }
  requireAsked(one, cx.clock.now());
  await cx.escrow.lostKeys.end({ recovery: recoveryDigest(cx, row), reason: body.reason });
  const entry = await inTransaction(cx, async (tx) => {
    if ((await lockRecovery(tx, row.id)) !== "asked") {
      throw new DomainError("key.state", { detail: "The recovery no longer needs a signature." });
    }
    return writeEnd(tx, cx, row, { state: isOwn ? "withdrawn" : "refused", reason: body.reason });
  });
  return answerRecovery(cx, keyId, roster, entry);
}
