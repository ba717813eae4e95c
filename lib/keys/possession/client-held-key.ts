import "server-only";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireKeyPermission } from "@/lib/keys/permissions";
import { type CountedKey, type KeyVersion, selectKeys } from "@/lib/keys/store";

/**
 * Returns a key version that the caller's participant holds itself. Throws `key.not-found`, `access.forbidden` for
 * another participant's, `key.state` for a managed key.
 */
export async function findOwnClientHeld(tx: Tx, principal: Principal, keyId: string): Promise<CountedKey> {
  const [key] = await selectKeys(tx, { keyId, limit: 1 });
  if (key === undefined) throw new DomainError("key.not-found");
  requireKeyPermission(principal, key.participantId, "active");
  if (key.custody === "client") return key;
  throw new DomainError("key.state", {
    detail: `${key.kid} is a managed key. The service re-wraps its data automatically.`,
  });
}

/**
 * Refuses a hand-over unless the key was replaced. Entries of a compromised key cannot be handed over by its
 * participant alone: a thief of the key could replace them with anything. Throws `key.state`.
 */
export function requireReplaced({ kid, state }: Pick<KeyVersion, "kid" | "state">): void {
  if (state === "deactivated") return;
  const detail =
    state === "compromised"
      ? `${kid} was reported compromised. Another party's rotation reseals its data; it cannot be re-wrapped from this key.`
      : `${kid} is ${state}. Only the data of a replaced key can be re-wrapped.`;
  throw new DomainError("key.state", { detail });
}
