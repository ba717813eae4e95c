import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import { finishRotation } from "@/lib/keys/rotation/finish-rotation";
import { listRunning, type RotationRow } from "@/lib/keys/rotation/store";
import type { RewrapContext } from "@/lib/transactions/rewrap/change-of";
import { rewrapBatch } from "@/lib/transactions/rewrap/rewrap-batch";

/** Runs one pass over all entries of the participant's retired keys, then ends the rotation. */
async function runOne(cx: RewrapContext, rotation: RotationRow, signal?: AbortSignal): Promise<void> {
  const work = { rotation, escrow: await cx.escrow.epoch() };
  let after: string | undefined;
  for (;;) {
    if (signal?.aborted === true) return;
    const batch = await rewrapBatch(cx, work, after);
    if (batch.kind === "waits") return;
    if (batch.kind === "through") break;
    after = batch.last;
    // The crypto of a batch is synchronous; between batches the event loop serves others.
    await new Promise(setImmediate);
  }
  await finishRotation(cx, rotation.id);
}

/**
 * Continues every running rotation of the tenant, one after the other. Any number of processes may do so; the database
 * elects one for each batch. A failed rotation stays running and continues later. Returns how many were worked on.
 */
export async function runRotations(cx: RewrapContext, signal?: AbortSignal): Promise<number> {
  const running = await inSnapshot(cx, (tx) => listRunning(tx, cx.instance.tenantId));
  for (const rotation of running) {
    try {
      await runOne(cx, rotation, signal);
    } catch (error) {
      // A participant's key that does not open does not block another's rotation.
      cx.logger.error(
        { err: error, alarm: "rotation.stuck", rotation: rotation.id },
        "rotation failed; will retry",
      );
    }
  }
  return running.length;
}
