import "server-only";
import type { Context } from "@/lib/context";
import { OpenError } from "@/lib/crypto/format-error";
import type { KeyRef } from "@/lib/custody/keystore";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { KEY_USES } from "@/lib/keys/states";
import { findSealedKey, publicKeyBytes } from "@/lib/keys/store";

/** Computes the shared secret of an ephemeral key with a participant's managed key. */
export type ManagedDerive = (epk: Uint8Array) => Promise<Uint8Array>;

type DeriverContext = Pick<Context, "db" | "instance" | "keystore">;

/** What a key is derived with for. */
export type DeriveUse = "open" | "rewrap";

interface Wanted {
  readonly participantId: string;
  readonly version: number;
  readonly use?: DeriveUse;
}

async function managedKeyRef(cx: DeriverContext, wanted: Wanted): Promise<KeyRef> {
  const { participantId: participant, version, use = "open" } = wanted;
  const found = await inSnapshot(cx, (tx) => findSealedKey(tx, participant, version));
  if (found === undefined) throw new DomainError("key.not-found");
  const { key, blob, kek } = found;
  if (!KEY_USES[key.state][use]) {
    throw new DomainError("key.state", { detail: `The key ${key.kid} is ${key.state} and opens nothing.` });
  }
  if (key.custody !== "managed" || blob === undefined || kek === undefined) {
    throw new DomainError("key.state", { detail: `The key ${key.kid} is held by its participant.` });
  }
  return { purpose: "participant", participant, version, publicKey: publicKeyBytes(key), blob, kek };
}

/**
 * A deriver for one managed key version, after its state allowed this use. Keep it for one opening only: the
 * state is read once, here.
 */
export async function managedDeriver(cx: DeriverContext, key: Wanted): Promise<ManagedDerive> {
  const ref = await managedKeyRef(cx, key);
  return async (epk) => {
    try {
      return await cx.keystore.derive(ref, epk);
    } catch (error) {
      // A blob that does not open is a fault of our records, not a statement about the envelope.
      if (error instanceof OpenError) throw new DomainError("service.keystore-unavailable", { cause: error });
      throw error;
    }
  };
}
