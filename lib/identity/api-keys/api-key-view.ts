import { Scope } from "@/lib/vocabulary";
import "server-only";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";
import type { KeptApiKey } from "@/lib/identity/api-keys/store";

function stateOf(key: KeptApiKey, now: Date): ApiKeyView["state"] {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && key.expires_at <= now ? "expired" : "live";
}

/** Returns a key as its holder and administrators see it. */
export function apiKeyView(key: KeptApiKey, now: Date): ApiKeyView {
  return {
    id: key.id,
    label: key.label,
    prefix: key.prefix,
    holder: key.handle,
    holder_name: key.name,
    state: stateOf(key, now),
    scopes: key.scopes.map((scope) => Scope.parse(scope)),
    addresses: [...key.addresses],
    signing_key: key.signing_key,
    created_at: key.created_at.toISOString(),
    expires_at: key.expires_at?.toISOString() ?? null,
    last_used_at: key.last_used_at?.toISOString() ?? null,
    revoked_at: key.revoked_at?.toISOString() ?? null,
  };
}
