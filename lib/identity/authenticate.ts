/**
 * Identity: people, organisations, sign-in, sessions, API keys, and the custodian's roster of people's keys.
 * This file authenticates a call by its API key or signature; sessions/find-session-principal.ts does so by cookie.
 * sign-in/ checks passwords, codes and passkeys; account/ changes factors; roster/ changes keys for statements.
 * Must stay true: one human is one account, refusals do not reveal which accounts exist, and cookies and API keys
 * cannot be made from rows alone because both need the instance's secret.
 */
import "server-only";
import { allowsAddress } from "@/lib/addresses";
import type { Clock } from "@/lib/clock";
import type { ClientInfo, Principal } from "@/lib/context/principal";
import type { DbContext } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isApiKey, prefixOf } from "@/lib/identity/api-keys/api-key";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import { findApiKey, type StoredApiKey, touchApiKey } from "@/lib/identity/people/store";
import { principalOf } from "@/lib/identity/sessions/principal";
import type { Site } from "@/lib/identity/sign-in/site";
import {
  holdsFor,
  isSigned,
  readSignedCall,
  type SignableRequest,
  type SignedCall,
  targetUri,
} from "@/lib/identity/signed-calls/read-signed-call";
import { takeNonce } from "@/lib/identity/signed-calls/store";

type AuthContext = DbContext & ApiKeySecret & { readonly clock: Clock; readonly site: Site };

const TOUCH_INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** A caller who proved who they are but may not act. The refusal is recorded under their name. */
export interface Authenticated {
  readonly principal: Principal;
  readonly refusal: DomainError | undefined;
  /** SHA-256 that the body of a signed call must have; absent if the call must have no body. */
  readonly signed?: { readonly bodyDigest: Uint8Array | undefined };
}

/** Returns the presented key, from either header (api.md). Both headers at once are refused. */
export function presentedKey(headers: Pick<Headers, "get">): string | undefined {
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

/** Returns the prefix of any well-formed key that was presented, for the log. Never throws. */
export function keyPrefixOf(headers: Pick<Headers, "get">): string | undefined {
  const presented = headers.get("x-api-key") ?? headers.get("authorization")?.replace(/^Bearer +/i, "");
  return presented === undefined ? undefined : prefixOf(presented.trim());
}

function toPrincipal(key: StoredApiKey, signed: boolean): Principal {
  const proof = { kind: "api-key", keyId: key.id, prefix: key.prefix, signed } as const;
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
  await touchApiKey(cx.db.run, keyId, now);
}

/** Returns the live key of a prefix; undefined for unknown, revoked and expired keys alike. */
async function findLiveKey(cx: AuthContext, prefix: string): Promise<StoredApiKey | undefined> {
  const key = await findApiKey(cx.db.run, cx.instance.tenantId, prefix);
  return key !== undefined && isLive(key, cx.clock.now()) ? key : undefined;
}

async function authenticateKey(cx: AuthContext, headers: Pick<Headers, "get">): Promise<StoredApiKey> {
  const presented = presentedKey(headers);
  if (presented === undefined)
    throw new DomainError("auth.required", { detail: "Send Authorization: Bearer KEY or X-Api-Key: KEY." });
  const prefix = prefixOf(presented);
  if (prefix === undefined) throw new DomainError("auth.invalid");
  const key = await findLiveKey(cx, prefix);
  if (key === undefined || !isApiKey(cx.apiKeySecret, presented, key.secretHash)) {
    throw new DomainError("auth.invalid");
  }
  return key;
}

/**
 * Returns the key that signed a call. The secret may be absent; if it is present, both must be of one key. The nonce is
 * taken last, so only the key's holder can use one up.
 */
async function authenticateSignature(
  cx: AuthContext,
  request: SignableRequest,
  call: SignedCall,
): Promise<StoredApiKey> {
  const target = targetUri(cx.site, request);
  const hasSecret = presentedKey(request.headers) !== undefined;
  const key = hasSecret ? await authenticateKey(cx, request.headers) : await findLiveKey(cx, call.keyId);
  if (
    key?.prefix !== call.keyId ||
    key.signingKey === null ||
    !holdsFor(call, key.signingKey, request, target)
  )
    throw new DomainError("auth.signature", {
      detail: "The signature is not from a valid key for this call.",
    });
  const now = cx.clock.now();
  const isFirst = await takeNonce(cx.db.run, {
    keyId: key.id,
    nonce: call.nonce,
    expiresAt: call.until,
    now,
  });
  if (!isFirst) throw new DomainError("auth.signature", { detail: "This signature was used before." });
  return key;
}

/**
 * Returns who makes the call, by a key's secret or its signature over the call (RFC 9421). Throws auth.required,
 * auth.invalid or auth.signature. Unknown, revoked and expired keys get the same answer. A deactivated holder or a
 * wrong address is a known person's refusal, returned with the principal.
 */
export async function authenticate(
  cx: AuthContext,
  request: SignableRequest,
  client: ClientInfo,
): Promise<Authenticated> {
  const { headers } = request;
  const call = isSigned(headers) ? readSignedCall(headers, cx.clock.now()) : undefined;
  const key =
    call === undefined ? await authenticateKey(cx, headers) : await authenticateSignature(cx, request, call);
  await touch(cx, key.id);
  return {
    principal: toPrincipal(key, call !== undefined),
    refusal: refusalOf(key, client),
    ...(call === undefined ? {} : { signed: { bodyDigest: call.bodyDigest } }),
  };
}
