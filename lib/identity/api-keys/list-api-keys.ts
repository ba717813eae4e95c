import "server-only";
import { scopesFor } from "@/lib/api-client/scopes";
import type { Context } from "@/lib/context";
import { isUuid } from "@/lib/crypto/uuid";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { apiKeyView } from "@/lib/identity/api-keys/api-key-view";
import type { ApiKeyPage, ApiKeyQuery } from "@/lib/identity/api-keys/schema";
import { type KeptApiKey, selectApiKeys } from "@/lib/identity/api-keys/store";

async function list(cx: Context, query: ApiKeyQuery, userId: string | undefined): Promise<ApiKeyPage> {
  if (query.cursor !== undefined && !isUuid(query.cursor))
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
    });
  const { role, duties } = cx.principal;
  const keys = await inSnapshot(cx, (tx) =>
    selectApiKeys(tx, {
      tenantId: cx.instance.tenantId,
      userId,
      before: query.cursor,
      limit: query.limit + 1,
    }),
  );
  const page = keys.slice(0, query.limit);
  return {
    ...viewRows(cx, "api-keys", page, (key: KeptApiKey) => apiKeyView(key, cx.clock.now())),
    next_cursor: keys.length > query.limit ? (page.at(-1)?.id ?? null) : null,
    scopes: [...scopesFor(role, duties)],
  };
}

/** The caller's own keys, newest first, ended ones too. */
export function listOwnApiKeys(cx: Context, query: ApiKeyQuery): Promise<ApiKeyPage> {
  return list(cx, query, cx.principal.userId);
}

/** Everybody's keys of the tenant, newest first. */
export function listAllApiKeys(cx: Context, query: ApiKeyQuery): Promise<ApiKeyPage> {
  return list(cx, query, undefined);
}
