import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { mayUseKey } from "@/lib/keys/permissions";
import type { RotationView } from "@/lib/keys/rotation/schema";
import { findRotation } from "@/lib/keys/rotation/store";
import { rotationView } from "@/lib/keys/rotation/view";

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
