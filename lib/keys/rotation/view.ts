import "server-only";
import type { RotationView } from "@/lib/keys/rotation/schema";
import type { RotationRow } from "@/lib/keys/rotation/store";

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
    ...(row.finishedAt === undefined ? {} : { finished_at: row.finishedAt.toISOString() }),
  };
}
