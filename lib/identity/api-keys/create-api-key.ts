import "server-only";
import { isAddressOrRange } from "@/lib/addresses";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { newApiKey } from "@/lib/identity/api-keys/api-key";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { insertApiKey } from "@/lib/identity/people/store";
import type { Scope } from "@/lib/vocabulary";

export interface NewApiKeyInput {
  readonly userId: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Addresses or CIDR ranges from which the key may be used; empty allows all. */
  readonly addresses?: readonly string[];
  readonly expiresAt?: Date;
  /** Ed25519 public key of 32 bytes, base64url. Its private key may sign the calls (RFC 9421). */
  readonly signingKey?: string;
}

export interface CreatedApiKey {
  readonly id: string;
  /** The key itself, shown once and never stored. */
  readonly key: string;
  readonly prefix: string;
}

function refuseBadAddresses(addresses: readonly string[]): void {
  const index = addresses.findIndex((entry) => !isAddressOrRange(entry));
  if (index >= 0) {
    const detail = "is neither an address nor a CIDR range";
    throw new DomainError("request.invalid", { errors: [{ pointer: `/addresses/${index}`, detail }] });
  }
}

/** Creates an API key in the caller's transaction, together with its entry. */
export async function createApiKeyIn(
  tx: Tx,
  cx: IdentityContext & ApiKeySecret,
  input: NewApiKeyInput,
): Promise<CreatedApiKey & { readonly entry: AppendedEntry }> {
  const addresses = input.addresses ?? [];
  refuseBadAddresses(addresses);
  const id = uuidv7(cx.clock.nowMs());
  const made = newApiKey(cx.apiKeySecret);
  await insertApiKey(tx, {
    id,
    tenant_id: cx.instance.tenantId,
    user_id: input.userId,
    label: input.label,
    prefix: made.prefix,
    secret_hash: Uint8Array.from(made.secretHash),
    scopes: [...input.scopes],
    addresses: [...addresses],
    created_at: cx.clock.now(),
    ...(input.expiresAt === undefined ? {} : { expires_at: input.expiresAt }),
    ...(input.signingKey === undefined ? {} : { signing_key: input.signingKey }),
  });
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "api_key.create",
    subjects: [`api_key:${id}`],
    details: {
      prefix: made.prefix,
      scopes: [...input.scopes],
      ...(input.signingKey === undefined ? {} : { signing_key: input.signingKey }),
    },
  });
  return { id, key: made.key, prefix: made.prefix, entry };
}

/** Creates an API key for a person and returns it, this once. */
export async function createApiKey(
  cx: IdentityContext & ApiKeySecret,
  input: NewApiKeyInput,
): Promise<CreatedApiKey> {
  const { id, key, prefix } = await inTransaction(cx, (tx) => createApiKeyIn(tx, cx, input));
  return { id, key, prefix };
}
