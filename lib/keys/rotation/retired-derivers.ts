import "server-only";
import type { Context } from "@/lib/context";
import type { Derive } from "@/lib/crypto/envelope";
import { inSnapshot } from "@/lib/db/transaction";
import { managedDeriver } from "@/lib/keys/managed-deriver";
import type { RetiredOf } from "@/lib/keys/rotation/store";
import { selectKeys } from "@/lib/keys/store";

const ALL = 10_000;

/** Derivers of a rotation's retired managed keys by kid, for re-wrapping and nothing else. */
export async function retiredDerivers(
  cx: Pick<Context, "db" | "instance" | "keystore">,
  { participantId, compromisedKeyId }: RetiredOf,
): Promise<Map<string, Derive>> {
  const keys = await inSnapshot(cx, (tx) => selectKeys(tx, { participantId, limit: ALL }));
  const derivers = new Map<string, Derive>();
  for (const key of keys) {
    const isRetired =
      key.state === "deactivated" || (key.state === "compromised" && key.id === compromisedKeyId);
    if (!isRetired || key.custody !== "managed" || key.remainingWraps === 0) continue;
    derivers.set(key.kid, await managedDeriver(cx, { participantId, version: key.version, use: "rewrap" }));
  }
  return derivers;
}
