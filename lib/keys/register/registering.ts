import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findHeld } from "@/lib/keys/possession/store";
import type { RegisteredKey } from "@/lib/keys/schema";
import { findSuspended, type KeyVersion } from "@/lib/keys/store";

/** The context needed to register; the seed and the supervisor have no HTTP request. */
export type RegisterContext = Pick<
  Context,
  "db" | "instance" | "clock" | "keystore" | "audit" | "client" | "requestId"
> & { readonly principal: Principal };

export interface RegisterResult {
  readonly isNew: boolean;
  readonly key: RegisteredKey;
}

/** A key as registering and proving return it. */
export function registeredKey(key: KeyVersion): RegisteredKey {
  return {
    success: true,
    key_id: key.id,
    kid: key.kid,
    participant_id: key.participantId,
    key_version: key.version,
    state: key.state,
    public_key: key.publicKey,
    fingerprint: key.thumbprint,
    registered_at: key.createdAt.toISOString(),
    id: key.id,
    created_at: key.createdAt.toISOString(),
  };
}

/** Refuses a new key while another is suspended. Throws `key.state`. */
export async function refuseSuspended(tx: Tx, participantId: string): Promise<void> {
  const suspended = await findSuspended(tx, participantId);
  if (suspended === undefined) return;
  throw new DomainError("key.state", {
    detail: `${suspended.kid} is suspended: resume it and rotate it, or report it compromised. If you register a new key instead, data sealed for the suspended key stays locked.`,
  });
}

/**
 * Refuses to replace a client-held key without proof of its possession. Not even a managed key may replace it, and not
 * even after the old one was reported compromised. Throws `key.state`.
 */
export async function refuseClientHeld(tx: Tx, participantId: string): Promise<void> {
  const held = await findHeld(tx, participantId);
  if (held === undefined) return;
  throw new DomainError("key.state", {
    detail: `${held.kid} is client-held. Register its successor with custody client, and prove both keys.`,
  });
}
