import { notAfterLast } from "@/lib/days";
import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { AppendedEntry } from "@/lib/context/recorder";
import { fromBase64url } from "@/lib/crypto/bytes";
import { checkEd25519PublicKey } from "@/lib/crypto/ed25519-check";
import { FormatError } from "@/lib/crypto/format-error";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { type AccountContext, changeOwnAccount } from "@/lib/identity/account/account-context";
import { apiKeyView } from "@/lib/identity/api-keys/api-key-view";
import { createApiKeyIn, type NewApiKeyInput } from "@/lib/identity/api-keys/create-api-key";
import type { ApiKeyRotation, MadeApiKey, NewApiKey } from "@/lib/identity/api-keys/schema";
import { countLiveKeys, endApiKey, type KeptApiKey, lockApiKey } from "@/lib/identity/api-keys/store";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import type { Scope } from "@/lib/vocabulary";

type KeyContext = AccountContext & ApiKeySecret;

/** Keys of one person that work at a time. Beyond this a person no longer knows which keys they have. */
const MAX_LIVE = 50;
const HOUR_MS = 3_600_000;

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError("request.invalid", { errors: [{ pointer, detail }] });
}

/** Refuses a scope that no call for the holder needs: the key would promise access that it cannot give. */
function refuseForeignScopes(cx: KeyContext, scopes: readonly Scope[]): void {
  const usable = cx.scopesFor(cx.principal.role, cx.principal.duties);
  const index = scopes.findIndex((scope) => !usable.includes(scope));
  if (index >= 0) throw invalid(`/scopes/${index}`, "no call for your role and duties asks for this scope");
}

/**
 * Refuses a point of low order, or one outside the curve. Signatures can be valid under it without a private key, so
 * anyone who knows the prefix could call.
 */
function refuseWeakSigningKey(signingKey: string | undefined): void {
  if (signingKey === undefined) return;
  try {
    checkEd25519PublicKey(fromBase64url(signingKey));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw invalid("/signing_key", "is not an Ed25519 public key that only its holder can sign under");
  }
}

interface Made {
  readonly view: Omit<MadeApiKey, "receipt">;
  readonly entry: AppendedEntry;
}

async function made(tx: Tx, cx: KeyContext, input: NewApiKeyInput): Promise<Made> {
  if ((await countLiveKeys(tx, cx.principal.userId, cx.clock.now())) >= MAX_LIVE)
    throw new DomainError("api-key.too-many", { detail: `At most ${MAX_LIVE} keys can be valid at a time.` });
  const { id, key, entry } = await createApiKeyIn(tx, cx, input);
  const kept = await lockApiKey(tx, cx.instance.tenantId, id);
  if (kept === undefined) throw new InvariantError("a key was made and is not there");
  return { view: { ...apiKeyView(kept, cx.clock.now()), key }, entry };
}

/**
 * Creates an API key for the caller. Needs a proof of every factor, at most 15 minutes old. Throws request.invalid for
 * invalid scopes, addresses or ends, and api-key.too-many.
 */
export async function makeApiKey(cx: KeyContext, input: NewApiKey): Promise<MadeApiKey> {
  refuseForeignScopes(cx, input.scopes);
  refuseWeakSigningKey(input.signing_key);
  const expiresAt = input.expires_at === undefined ? undefined : new Date(input.expires_at);
  if (expiresAt !== undefined && expiresAt <= cx.clock.now()) throw invalid("/expires_at", "is past");
  const { view, entry } = await changeOwnAccount(cx, (tx) =>
    made(tx, cx, {
      userId: cx.principal.userId,
      label: input.label,
      scopes: input.scopes,
      ...(input.addresses === undefined ? {} : { addresses: input.addresses }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(input.signing_key === undefined ? {} : { signingKey: input.signing_key }),
    }),
  );
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

function isLive({ revoked_at, expires_at }: KeptApiKey, now: Date): boolean {
  return revoked_at === null && (expires_at === null || now < expires_at);
}

/** A key that replaces another lasts as long as the first one was made to last. */
function nextEnd({ created_at, expires_at }: KeptApiKey, now: Date): Date | undefined {
  return expires_at === null
    ? undefined
    : notAfterLast(now.getTime() + expires_at.getTime() - created_at.getTime());
}

/**
 * Creates a key that replaces another, with the same label, scopes, addresses and lifetime. Both work for the overlap.
 * Throws api-key.not-found for another person's key, and api-key.ended.
 */
export async function rotateApiKey(cx: KeyContext, id: string, input: ApiKeyRotation): Promise<MadeApiKey> {
  const { view, entry } = await changeOwnAccount(cx, async (tx) => {
    const now = cx.clock.now();
    const old = await lockApiKey(tx, cx.instance.tenantId, id);
    if (old === undefined || old.user_id !== cx.principal.userId) throw new DomainError("api-key.not-found");
    if (!isLive(old, now)) throw new DomainError("api-key.ended");
    const { scopes, addresses } = apiKeyView(old, now);
    refuseForeignScopes(cx, scopes);
    const expiresAt = nextEnd(old, now);
    refuseWeakSigningKey(input.signing_key);
    const signingKey = input.signing_key ?? old.signing_key ?? undefined;
    const next = await made(tx, cx, {
      userId: old.user_id,
      label: old.label,
      scopes,
      addresses,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(signingKey === undefined ? {} : { signingKey }),
    });
    const overlap = new Date(now.getTime() + input.overlap_hours * HOUR_MS);
    const end = old.expires_at !== null && old.expires_at < overlap ? old.expires_at : overlap;
    await endApiKey(tx, old.id, { expires_at: end });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "api_key.change",
      subjects: [`api_key:${old.id}`, `api_key:${next.view.id}`],
      details: { prefix: old.prefix, expires_at: end.toISOString(), followed_by: next.view.prefix },
    });
    return next;
  });
  return { ...view, receipt: await issueReceipt(cx, entry) };
}
