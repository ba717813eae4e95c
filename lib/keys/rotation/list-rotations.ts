import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { requireKeyPermission } from "@/lib/keys/permissions";
import type { RotationList } from "@/lib/keys/rotation/schema";
import { listNewest } from "@/lib/keys/rotation/store";
import { rotationView } from "@/lib/keys/rotation/view";

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
