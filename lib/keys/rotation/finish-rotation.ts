import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction } from "@/lib/db/transaction";
import { endRotation, findRotation, lockRunning } from "@/lib/keys/rotation/store";

/** The context needed to rotate; the schedule has no principal. */
export type RotateContext = Pick<Context, "db" | "instance" | "keystore"> & AuditContext;

/** The rotation after a call, with its entry; without an entry, nothing changed. */
export interface RotationStep {
  readonly id: string;
  readonly entry?: AppendedEntry;
}

/**
 * Ends a rotation after a pass: completed if no entries are left under retired keys, else failed with the number left.
 * Does nothing if it has ended or another process holds it.
 */
export async function finishRotation(
  cx: Pick<Context, "db" | "instance"> & AuditContext,
  id: string,
): Promise<void> {
  await inTransaction(cx, async (tx) => {
    if (!(await lockRunning(tx, id))) return;
    const rotation = await findRotation(tx, id);
    if (rotation === undefined) return;
    const { participantId, total, remaining } = rotation;
    const state = remaining === 0 ? "completed" : "failed";
    const rewrapped = Math.max(0, total - remaining);
    await appendEntry(tx, cx, {
      class: "key",
      outcome: remaining === 0 ? "done" : "failed",
      action: "key.rotate",
      subjects: [`rotation:${id}`],
      details: {
        rotation: id,
        mode: rotation.mode,
        kid: `${participantId}#${rotation.newVersion}`,
        old_kid: `${participantId}#${rotation.oldVersion}`,
        state,
        rewrapped,
        remaining,
      },
      index: { participantId },
    });
    await endRotation(tx, { id, state, rewrapped, at: cx.clock.now() });
  });
}
