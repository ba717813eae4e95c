import "server-only";
import type { Context } from "@/lib/context/context";
import type { Derive } from "@/lib/crypto/envelope/envelope";
import type { Tx } from "@/lib/db/transaction";
import { deriverOf } from "@/lib/keys/managed-deriver";
import { lockRetired, type RetiredOf } from "@/lib/keys/rotation/store";

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
