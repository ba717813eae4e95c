import "server-only";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type RecoveryOutcome, writeEnd } from "@/lib/keys/recovery/end-recovery";
import {
  findRecovery,
  listToDo,
  lockRecovery,
  postponeRecovery,
  type RecoveryRow,
} from "@/lib/keys/recovery/store";
import { recoveryDigest } from "@/lib/keys/recovery/terms";
import { type RecoverContext, recoverBatch } from "@/lib/transactions/key-recovery/recover-batch";

/** Refusals of the custodian that a later call cannot change. */
const FINAL: readonly unknown[] = ["unknown-recovery", "revoked", "statement-expired", "evaluation-key"];

/** Delay before failed envelopes are announced again. Without it, the log would fill with announcements. */
const PAUSE_MS = 60_000;

/**
 * Repeats passes over the lost key's entries until one moves none; returns false if the recovery must continue later.
 */
async function moveAll(cx: RecoverContext, row: RecoveryRow, signal?: AbortSignal): Promise<boolean> {
  for (;;) {
    let moved = 0;
    let after: string | undefined;
    for (;;) {
      if (signal?.aborted === true) return false;
      const batch = await recoverBatch(cx, row, after);
      if (batch.kind === "waits") return false;
      if (batch.kind === "through") break;
      moved += batch.moved;
      after = batch.last;
    }
    if (moved === 0) return true;
  }
}

/** Ends it at the custodian first and then here. The two signatures allow no further wrapping. */
async function end(
  cx: RecoverContext,
  row: RecoveryRow,
  outcome: (left: number) => RecoveryOutcome,
): Promise<void> {
  await cx.escrow.lostKeys.end({ recovery: recoveryDigest(cx, row), reason: "ended" });
  await inTransaction(cx, async (tx) => {
    if ((await lockRecovery(tx, row.id)) !== row.state) return;
    const now = await findRecovery(tx, row.id);
    if (now !== undefined) await writeEnd(tx, cx, now, outcome(now.remaining));
  });
}

function afterPass(left: number): RecoveryOutcome {
  if (left === 0) return { state: "completed" };
  return { state: "failed", reason: `${left} entries could not be wrapped for the new key.` };
}

async function runOne(cx: RecoverContext, row: RecoveryRow, signal?: AbortSignal): Promise<void> {
  if (row.state === "asked") return end(cx, row, () => ({ state: "expired" }));
  try {
    if (await moveAll(cx, row, signal)) await end(cx, row, afterPass);
  } catch (error) {
    const isOver =
      error instanceof DomainError && (error.code === "key.state" || FINAL.includes(error.extra.reason));
    if (!isOver) throw error;
    const { detail = "The custodian no longer wraps keys for this recovery." } = error;
    await end(cx, row, (left) => (left === 0 ? { state: "completed" } : { state: "failed", reason: detail }));
  }
}

/**
 * Continues every running recovery of the tenant, and ends those that were not answered in time. Any number of
 * processes may do so. A failed recovery stays running and continues later. Returns how many were worked on.
 */
export async function runRecoveries(cx: RecoverContext, signal?: AbortSignal): Promise<number> {
  const todo = await inSnapshot(cx, (tx) => listToDo(tx, cx.instance.tenantId, cx.clock.now()));
  for (const row of todo) {
    try {
      await runOne(cx, row, signal);
    } catch (error) {
      // A participant's recovery that fails does not block another's.
      cx.logger.error(
        { err: error, alarm: "recovery.stuck", recovery: row.id },
        "recovery of a lost key failed; will retry",
      );
      const until = new Date(cx.clock.nowMs() + PAUSE_MS);
      await inTransaction(cx, (tx) => postponeRecovery(tx, row.id, until));
    }
  }
  return todo.length;
}
