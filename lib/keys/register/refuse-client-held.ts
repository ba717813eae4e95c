import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findHeld } from "@/lib/keys/possession/store";

/**
 * Refuses to replace a client-held key without proof of its possession. Not even a managed key may replace it, and not
 * even after the old one was reported compromised. Throws `key.state`.
 */
export async function refuseClientHeld(tx: Tx, participantId: string): Promise<void> {
  const held = await findHeld(tx, participantId);
  if (held === undefined) return;
  throw new DomainError("key.state", {
    detail: `${held.kid} is held by its participant: register its successor with custody client and prove both.`,
  });
}
