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

/** Refusals of the custodian that no later call changes. */
const FINAL: readonly unknown[] = ["unknown-recovery", "revoked", "statement-expired", "evaluation-key"];

/** What failed is announced again: not with every look, or the log would fill with announcements. */
const PAUSE_MS = 60_000;

/** Passes over what lies under the lost key until one moves nothing; false when it has to be taken up again. */
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

/** Ends it here, and at the custodian before: nothing more is wrapped on what two persons signed. */
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
    const { detail = "The custodian wraps no more." } = error;
    await end(cx, row, (left) => (left === 0 ? { state: "completed" } : { state: "failed", reason: detail }));
  }
}

/**
 * Goes on with every running recovery of the tenant, and ends those that nobody answered in time. Any number of processes
 * may do so; what fails stays running and is taken up again. Answers how many were worked on.
 */
export async function runRecoveries(cx: RecoverContext, signal?: AbortSignal): Promise<number> {
  const todo = await inSnapshot(cx, (tx) => listToDo(tx, cx.instance.tenantId, cx.clock.now()));
  for (const row of todo) {
    try {
      await runOne(cx, row, signal);
    } catch (error) {
      // One participant's recovery that does not go on keeps nobody else's back.
      cx.logger.error(
        { err: error, alarm: "recovery.stuck", recovery: row.id },
        "a recovery of a lost key did not go on",
      );
      const until = new Date(cx.clock.nowMs() + PAUSE_MS);
      await inTransaction(cx, (tx) => postponeRecovery(tx, row.id, until));
    }
  }
  return todo.length;
}
