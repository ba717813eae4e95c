import "server-only";
import type { Context } from "@/lib/context/context";
import type { ScopeTable } from "@/lib/context/principal";
import { viewRows } from "@/lib/db/read-rows";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { apiKeyView } from "@/lib/identity/api-keys/api-key-view";
import type { ApiKeyPage, ApiKeyQuery, CallingKey } from "@/lib/identity/api-keys/schema";
import { countLiveKeys, type KeptApiKey, selectApiKey, selectApiKeys } from "@/lib/identity/api-keys/store";
import { requireCursor } from "@/lib/paging";

type ListContext = Context & ScopeTable;

async function list(cx: ListContext, query: ApiKeyQuery, userId: string | undefined): Promise<ApiKeyPage> {
  const before = requireCursor(query.cursor);
  const { role, duties } = cx.principal;
  const keys = await inSnapshot(cx, (tx) =>
    selectApiKeys(tx, {
      tenantId: cx.instance.tenantId,
      userId,
      before,
      limit: query.limit + 1,
    }),
  );
  const page = keys.slice(0, query.limit);
  return {
    ...viewRows(cx, "api-keys", page, (key: KeptApiKey) => apiKeyView(key, cx.clock.now())),
    next_cursor: keys.length > query.limit ? (page.at(-1)?.id ?? null) : null,
    scopes: [...cx.scopesFor(role, duties)],
  };
}

/** Returns the caller's own keys, ended ones included, newest first. */
export function listOwnApiKeys(cx: ListContext, query: ApiKeyQuery): Promise<ApiKeyPage> {
  return list(cx, query, cx.principal.userId);
}

/** Returns all keys of the tenant, newest first. */
export function listAllApiKeys(cx: ListContext, query: ApiKeyQuery): Promise<ApiKeyPage> {
  return list(cx, query, undefined);
}

/** Returns the key that makes the call, and its holder's role and duties. Throws `api-key.not-found` for a session. */
export async function findCallingKey(cx: Context): Promise<CallingKey> {
  const { proof, role, duties, participantId } = cx.principal;
  if (proof.kind !== "api-key")
    throw new DomainError("api-key.not-found", {
      detail: "A session has no API key. Make this call with an API key.",
    });
  const key = await inSnapshot(cx, (tx) => selectApiKey(tx, cx.instance.tenantId, proof.keyId));
  if (key === undefined) throw new DomainError("api-key.not-found");
  // Not the holder's name: the call may come from someone who has only the key.
  const { holder_name: _, ...view } = apiKeyView(key, cx.clock.now());
  return {
    ...view,
    role,
    duties: [...duties],
    ...(participantId === undefined ? {} : { participant_id: participantId }),
    signed: proof.signed,
  };
}

/** Returns whether the caller holds an API key that works. */
export async function holdsApiKey(cx: DbContext & Pick<Context, "clock" | "principal">): Promise<boolean> {
  return (await countLiveKeys(cx.db, cx.principal.userId, cx.clock.now())) > 0;
}
