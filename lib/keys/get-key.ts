import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type KeyReadContext, keyView } from "@/lib/keys/list-keys";
import type { KeyView } from "@/lib/keys/schema";
import { selectKeys } from "@/lib/keys/store";

/** Returns one key version by its id. */
export async function getKey(cx: KeyReadContext, id: string): Promise<KeyView> {
  const [key] = await inSnapshot(cx, (tx) => selectKeys(tx, { keyId: id, limit: 1 }));
  if (key === undefined) throw new DomainError("key.not-found");
  return keyView(cx, key);
}
