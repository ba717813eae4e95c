import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { RotateContext } from "@/lib/keys/rotation/finish-rotation";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { listDue } from "@/lib/keys/rotation/store";

/** Rotations that one call starts. The limit spreads the work of keys that were made on one day. */
const AT_ONCE = 5;

/**
 * Starts the rotation of active managed keys made before `before`, oldest first and a few at a time. Two processes at
 * once start one rotation. Returns how many were started or run.
 */
export async function rotateDueKeys(cx: RotateContext, before: Date): Promise<number> {
  const due = await inSnapshot(cx, (tx) =>
    listDue(tx, { tenantId: cx.instance.tenantId, before, limit: AT_ONCE }),
  );
  for (const keyId of due) {
    try {
      await rotateKey(cx, { keyId }, "rewrap");
    } catch (error) {
      // Rotated or suspended meanwhile: no longer due.
      if (!(error instanceof DomainError) || error.code !== "key.state") throw error;
    }
  }
  return due.length;
}
