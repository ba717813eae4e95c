import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findHeld } from "@/lib/keys/possession/store";

/**
 * Nothing takes the place of a key that its participant holds without the possession of it: not even a managed one, when
 * the held one was reported compromised. Throws `key.state`.
 */
export async function refuseClientHeld(tx: Tx, participantId: string): Promise<void> {
  const held = await findHeld(tx, participantId);
  if (held === undefined) return;
  throw new DomainError("key.state", {
    detail: `${held.kid} is held by its participant: register its successor with custody client and prove both.`,
  });
}
