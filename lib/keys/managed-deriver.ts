import "server-only";
import type { Context } from "@/lib/context/context";
import type { Derive } from "@/lib/crypto/envelope/envelope";
import { OpenError } from "@/lib/crypto/format-error";
import type { Run } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { lockRetired, type RetiredOf } from "@/lib/keys/rotation/store";
import { lockSealedKeys, type SealedKey } from "@/lib/keys/sealed-store";
import { KEY_USES } from "@/lib/keys/states";
import { publicKeyBytes } from "@/lib/keys/store";
import type { KeyRef } from "@/lib/keystore/keystore";

/** Computes the shared secret of an ephemeral key with a participant's managed key. */
export type ManagedDerive = (epk: Uint8Array) => Promise<Uint8Array>;

type DeriverContext = Pick<Context, "keystore">;

function keyRefOf({ key, blob, kek }: SealedKey): KeyRef {
  const { participantId: participant, version } = key;
  if (key.custody !== "managed" || blob === undefined || kek === undefined) {
    throw new DomainError("key.state", { detail: `The key ${key.kid} is client-held.` });
  }
  return { purpose: "participant", participant, version, publicKey: publicKeyBytes(key), blob, kek };
}

/**
 * Returns the 503 for a blob that does not open. The fault is in the stored records and says nothing about how the key
 * was used.
 */
async function orRecordFault<T>(act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof OpenError) throw new DomainError("service.keystore-unavailable", { cause: error });
    throw error;
  }
}

/** Returns a deriver for a row that the caller has locked in a state that allows the use. */
export function deriverOf({ keystore }: DeriverContext, sealed: SealedKey): ManagedDerive {
  const ref = keyRefOf(sealed);
  return (epk) => orRecordFault(keystore.derive(ref, epk));
}

/**
 * Has the token destroy a key that is in one; a sealed key is erased with its row's blob. The caller has the row locked
 * and changes its state afterwards. Throws `service.keystore-unavailable`.
 */
export function destroyManaged({ keystore }: DeriverContext, sealed: SealedKey): Promise<void> {
  return orRecordFault(keystore.destroyPrivateKey(keyRefOf(sealed)));
}

/** Removes a key from memory at once, not at the end of its time, when it may no longer open. */
function requireOpens({ keystore }: DeriverContext, { key }: SealedKey): void {
  if (KEY_USES[key.state].open) return;
  keystore.forget({ participant: key.participantId, version: key.version });
  throw new DomainError("key.state", { detail: `The key ${key.kid} is ${key.state} and cannot open data.` });
}

/**
 * Returns derivers for managed versions of one participant, by kid, to open with. Reads their rows and locks them FOR
 * SHARE in this transaction, so no state changes before it ends. The derivers must not be used after it. Throws
 * `key.not-found`, `key.state`.
 */
export async function managedDerivers(
  run: Run,
  cx: DeriverContext,
  wanted: { readonly participantId: string; readonly versions: readonly number[] },
): Promise<Map<string, ManagedDerive>> {
  const found = await lockSealedKeys(run, wanted);
  if (found.length < new Set(wanted.versions).size) throw new DomainError("key.not-found");
  const derivers = new Map<string, ManagedDerive>();
  for (const sealed of found) {
    requireOpens(cx, sealed);
    derivers.set(sealed.key.kid, deriverOf(cx, sealed));
  }
  return derivers;
}

/**
 * Returns derivers of a rotation's retired managed keys by kid, only for re-wrapping, until `tx` ends. Their rows are
 * locked in it. So a key reported compromised meanwhile moves no entries without two people.
 */
export async function retiredDerivers(
  tx: Tx,
  cx: Pick<Context, "keystore">,
  rotation: RetiredOf,
): Promise<Map<string, Derive>> {
  const retired = await lockRetired(tx, rotation);
  return new Map(retired.map((sealed) => [sealed.key.kid, deriverOf(cx, sealed)]));
}
