import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { apiKeyView } from "@/lib/identity/api-keys/api-key-view";
import type { CallingKey } from "@/lib/identity/api-keys/schema";
import { selectApiKey } from "@/lib/identity/api-keys/store";

/** Returns the key that makes the call, and its holder's role and duties. Throws `api-key.not-found` for a session. */
export async function findCallingKey(cx: Context): Promise<CallingKey> {
  const { proof, role, duties, participantId } = cx.principal;
  if (proof.kind !== "api-key")
    throw new DomainError("api-key.not-found", { detail: "A session calls without a key." });
  const key = await inSnapshot(cx, (tx) => selectApiKey(tx, cx.instance.tenantId, proof.keyId));
  if (key === undefined) throw new DomainError("api-key.not-found");
  return {
    ...apiKeyView(key, cx.clock.now()),
    role,
    duties: [...duties],
    ...(participantId === undefined ? {} : { participant_id: participantId }),
    signed: proof.signed,
  };
}
