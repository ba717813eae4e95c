import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { mayUseKey, requireKeyPermission } from "@/lib/keys/permissions";
import type { RotationList, RotationView } from "@/lib/keys/rotation/schema";
import type { RotationRow } from "@/lib/keys/rotation/store";
import { findRotation, listNewest } from "@/lib/keys/rotation/store";

/** Returns a rotation as the API shows it. `total` includes what a failed earlier one left. */
export function rotationView(row: RotationRow): RotationView {
  return {
    success: true,
    rotation_id: row.id,
    participant_id: row.participantId,
    mode: row.mode,
    state: row.state,
    old_version: row.oldVersion,
    new_version: row.newVersion,
    rewrapped: Math.max(0, row.total - row.remaining),
    total: row.total,
    started_at: row.startedAt.toISOString(),
    id: row.id,
    created_at: row.startedAt.toISOString(),
    ...(row.finishedAt === undefined ? {} : { finished_at: row.finishedAt.toISOString() }),
  };
}

const LIMIT = 50;

/** Returns the newest fifty rotations of a participant's key, newest first. Throws `access.forbidden`. */
export async function listRotations(
  cx: Pick<Context, "db" | "instance" | "principal">,
  participantId: string,
): Promise<RotationList> {
  requireKeyPermission(cx.principal, participantId, "read-rotation");
  const rotations = await inSnapshot(cx, (tx) => listNewest(tx, participantId, LIMIT));
  return { items: rotations.map(rotationView) };
}

/** Returns a rotation with its progress. Throws `key.rotation-not-found`, also for a caller who may not know of it. */
export async function getRotation(
  cx: Pick<Context, "db" | "instance" | "principal">,
  id: string,
): Promise<RotationView> {
  const rotation = await inSnapshot(cx, (tx) => findRotation(tx, id));
  if (rotation === undefined || !mayUseKey(cx.principal, rotation.participantId, "read-rotation"))
    throw new DomainError("key.rotation-not-found");
  return rotationView(rotation);
}
