import "server-only";
import type { Context } from "@/lib/context";
import type { Derive } from "@/lib/crypto/envelope";
import { inSnapshot } from "@/lib/db/transaction";
import { managedDeriver } from "@/lib/keys/managed-deriver";
import { selectKeys } from "@/lib/keys/store";

const ALL = 10_000;

/** Derivers of a participant's deactivated managed keys by kid, for re-wrapping and nothing else. */
export async function retiredDerivers(
  cx: Pick<Context, "db" | "instance" | "keystore">,
  participantId: string,
): Promise<Map<string, Derive>> {
  const keys = await inSnapshot(cx, (tx) => selectKeys(tx, { participantId, limit: ALL }));
  const derivers = new Map<string, Derive>();
  for (const key of keys) {
    if (key.state !== "deactivated" || key.custody !== "managed" || key.remainingWraps === 0) continue;
    derivers.set(key.kid, await managedDeriver(cx, { participantId, version: key.version, use: "rewrap" }));
  }
  return derivers;
}
