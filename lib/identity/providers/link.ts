import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { insertCredential } from "@/lib/identity/people/store";
import { type Evidence, evidenceOf, isInDomains, isMapped } from "@/lib/identity/providers/check-claims";
import type { Provider } from "@/lib/identity/providers/provider";
import { hostOf } from "@/lib/identity/providers/provider-client";
import type { Trip } from "@/lib/identity/providers/round-trip";
import type { Account } from "@/lib/identity/sign-in/credential-store";
import type { ProviderFault } from "@/lib/identity/sign-in/sign-in";

/**
 * Returns the external id of a subject: a digest, because the subject alone is often a name. The organisation is in it,
 * so that a provider that two organisations use signs in each one's own people.
 */
export function linkId(provider: Pick<Provider, "organisationId" | "issuer">, subject: string): string {
  const text = `sealport/provider-subject/1\n${provider.organisationId}\n${provider.issuer}\n${subject}`;
  return `oidc.${toBase64url(sha256(utf8(text)))}`;
}

/** Stores that the subject is this person; the caller writes the entry. A subject that is linked already is a unique violation. */
export async function storeLink(
  tx: Tx,
  { provider, claims }: Trip,
  to: { readonly tenantId: string; readonly userId: string; readonly at: Date },
): Promise<string> {
  const id = uuidv7(to.at.getTime());
  await insertCredential(tx, {
    id,
    tenant_id: to.tenantId,
    user_id: to.userId,
    kind: "oidc",
    external_id: linkId(provider, claims.subject),
    label: hostOf(provider.issuer),
    created_at: to.at,
  });
  return id;
}

/** A person with a passkey proves who they are with it: it is stronger, and it signs. */
export function provesByProvider({ link, passkeys }: Account): boolean {
  return link !== undefined && passkeys.length === 0;
}

/** Returns whether two addresses are the same but for the case of ASCII letters. */
export function isSameAddress(one: string, other: string): boolean {
  const folded = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return folded(one) === folded(other);
}

/**
 * Checks what the provider says against the person. The order decides which reason the person is shown: how they signed
 * in there, then whose address it is, then their groups.
 */
export function checkTrip(
  { provider, claims, purpose, startedAt }: Trip,
  account: Account,
  now: Date,
): Evidence | { readonly fault: ProviderFault } {
  const isFresh = purpose === "step-up" || purpose === "link";
  const evidence = evidenceOf(provider, claims, { now, since: isFresh ? startedAt : undefined });
  if ("fault" in evidence) return evidence;
  if (!isInDomains(provider, claims)) return { fault: "domain" };
  if (account.holder.organisationId !== provider.organisationId) return { fault: "unlinked" };
  return isMapped(provider, claims, account.holder) ? evidence : { fault: "mapping" };
}
