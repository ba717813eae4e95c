import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { apiKeyView } from "@/lib/identity/api-keys/api-key-view";
import type { ApiKeyEnd, EndedApiKey } from "@/lib/identity/api-keys/schema";
import { endApiKey, type KeptApiKey, lockApiKey } from "@/lib/identity/api-keys/store";

/** Ends a key once. A second call returns the ended key. */
async function revoke(
  cx: Context,
  id: string,
  reason: string | undefined,
  isTheirs: (key: KeptApiKey) => boolean,
): Promise<EndedApiKey> {
  const now = cx.clock.now();
  const { key, entry } = await inTransaction(cx, async (tx) => {
    const found = await lockApiKey(tx, cx.instance.tenantId, id);
    if (found === undefined || !isTheirs(found)) throw new DomainError("api-key.not-found");
    if (found.revoked_at !== null) return { key: found };
    await endApiKey(tx, found.id, { revoked_at: now });
    const made = await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "api_key.revoke",
      subjects: [`api_key:${found.id}`, `user:${found.user_id}`],
      details: { prefix: found.prefix, ...(reason === undefined ? {} : { reason }) },
    });
    return { key: { ...found, revoked_at: now }, entry: made };
  });
  return {
    ...apiKeyView(key, now),
    ...(entry === undefined ? {} : { receipt: await issueReceipt(cx, entry) }),
  };
}

/**
 * Ends one of the caller's keys at once. Removal needs no fresh proof. An ended key gets the same answer. Throws
 * api-key.not-found for another person's key.
 */
export function revokeOwnApiKey(cx: Context, id: string, { reason }: ApiKeyEnd): Promise<EndedApiKey> {
  return revoke(cx, id, reason, (key) => key.user_id === cx.principal.userId);
}

/** Ends any key of the tenant, by an administrator with a reason. Throws api-key.not-found and request.invalid. */
export async function revokeAnyApiKey(cx: Context, id: string, { reason }: ApiKeyEnd): Promise<EndedApiKey> {
  if (reason === undefined)
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/reason", detail: "is needed for a key that is not yours" }],
    });
  return revoke(cx, id, reason, () => true);
}
