import "server-only";
import type { Clock } from "@/lib/clock";
import type { ClientInfo, DbContext, Principal } from "@/lib/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { allowsAddress } from "@/lib/identity/address-list";
import { isApiKey, prefixOf } from "@/lib/identity/api-key";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import { principalOf } from "@/lib/identity/principal";
import { findApiKey, type StoredApiKey, touchApiKey } from "@/lib/identity/store";

type AuthContext = DbContext & ApiKeySecret & { readonly clock: Clock };

const TOUCH_INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** A caller who proved who they are but may not act: refused and recorded under their name. */
export interface Authenticated {
  readonly principal: Principal;
  readonly refusal: DomainError | undefined;
}

/** The presented key, from either header (api.md). Both at once is one too many. */
export function presentedKey(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  const apiKey = headers.get("x-api-key");
  if (authorization !== null && apiKey !== null)
    throw new DomainError("auth.invalid", { detail: "Send one credential." });
  if (authorization === null) return apiKey?.trim() ?? undefined;
  const match = /^Bearer +([^ ]+) *$/i.exec(authorization);
  if (match?.[1] === undefined)
    throw new DomainError("auth.invalid", { detail: "Authorization must be Bearer KEY." });
  return match[1];
}

/** The prefix of whatever well-formed key was presented, for the log; never throws. */
export function keyPrefixOf(headers: Headers): string | undefined {
  const presented = headers.get("x-api-key") ?? headers.get("authorization")?.replace(/^Bearer +/i, "");
  return presented === undefined ? undefined : prefixOf(presented.trim());
}

function toPrincipal(key: StoredApiKey): Principal {
  // HTTP Message Signatures come later (identity.md); until then no call is signed.
  const proof = { kind: "api-key", keyId: key.id, prefix: key.prefix, signed: false } as const;
  return principalOf(key.holder, key.scopes, proof);
}

function refusalOf(key: StoredApiKey, client: ClientInfo): DomainError | undefined {
  if (!key.holder.isActive) return new DomainError("access.inactive");
  if (!allowsAddress(key.addresses, client.address)) return new DomainError("auth.address");
  return undefined;
}

function isLive(key: StoredApiKey, now: Date): boolean {
  return key.revokedAt === null && (key.expiresAt === null || now < key.expiresAt);
}

const touchedAt = new Map<string, number>();

async function touch(cx: AuthContext, keyId: string): Promise<void> {
  const now = cx.clock.now();
  if (now.getTime() - (touchedAt.get(keyId) ?? 0) < TOUCH_INTERVAL_MS) return;
  if (touchedAt.size >= MAX_REMEMBERED) touchedAt.clear();
  touchedAt.set(keyId, now.getTime());
  await inTransaction(cx, (tx) => touchApiKey(tx, keyId, now));
}

/**
 * Who is asking. Throws auth.required or auth.invalid; unknown, revoked and expired keys answer alike. A
 * deactivated holder or a wrong address is a known person's refusal and comes back with the principal.
 */
export async function authenticate(
  cx: AuthContext,
  headers: Headers,
  client: ClientInfo,
): Promise<Authenticated> {
  const presented = presentedKey(headers);
  if (presented === undefined)
    throw new DomainError("auth.required", { detail: "Send Authorization: Bearer KEY or X-Api-Key: KEY." });
  const prefix = prefixOf(presented);
  if (prefix === undefined) throw new DomainError("auth.invalid");
  const key = await inSnapshot(cx, (tx) => findApiKey(tx, cx.instance.tenantId, prefix));
  if (
    key === undefined ||
    !isApiKey(cx.apiKeySecret, presented, key.secretHash) ||
    !isLive(key, cx.clock.now())
  ) {
    throw new DomainError("auth.invalid");
  }
  await touch(cx, key.id);
  return { principal: toPrincipal(key), refusal: refusalOf(key, client) };
}
