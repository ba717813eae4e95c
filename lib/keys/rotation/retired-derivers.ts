import "server-only";
import type { Context } from "@/lib/context/context";
import type { Derive } from "@/lib/crypto/envelope/envelope";
import type { Tx } from "@/lib/db/transaction";
import { deriverOf } from "@/lib/keys/managed-deriver";
import { lockRetired, type RetiredOf } from "@/lib/keys/rotation/store";

/**
 * Derivers of a rotation's retired managed keys by kid, for re-wrapping and nothing else, until `tx` ends: their rows are
 * locked in it, so that one that was reported compromised meanwhile moves nothing without two persons.
 */
export async function retiredDerivers(
  tx: Tx,
  cx: Pick<Context, "keystore">,
  rotation: RetiredOf,
): Promise<Map<string, Derive>> {
  const retired = await lockRetired(tx, rotation);
  return new Map(retired.map((sealed) => [sealed.key.kid, deriverOf(cx, sealed)]));
}
