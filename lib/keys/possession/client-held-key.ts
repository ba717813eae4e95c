import "server-only";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireKeyPermission } from "@/lib/keys/permissions";
import { type CountedKey, type KeyVersion, selectKeys } from "@/lib/keys/store";

/**
 * A key version that the caller's participant holds itself. Throws `key.not-found`, `access.forbidden` for anybody else's,
 * `key.state` for one that the service holds.
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
 * Entries are handed over from a key that was replaced. From one that was reported compromised nobody hands over by
 * himself: whoever stole it could put anything in their place. Throws `key.state`.
 */
export function requireReplaced({ kid, state }: Pick<KeyVersion, "kid" | "state">): void {
  if (state === "deactivated") return;
  const detail =
    state === "compromised"
      ? `${kid} was reported compromised. Another party's rotation reseals its data; it cannot be re-wrapped from this key.`
      : `${kid} is ${state}. Only the data of a replaced key can be re-wrapped.`;
  throw new DomainError("key.state", { detail });
}
