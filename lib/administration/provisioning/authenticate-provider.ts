import "server-only";
import { findProvisioning, type Provisioner } from "@/lib/administration/provisioning/context";
import { findToken, type TokenRow } from "@/lib/administration/provisioning/token-store";
import { isLiveToken } from "@/lib/administration/provisioning/tokens";
import type { Clock } from "@/lib/clock";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isApiKey, prefixOf } from "@/lib/identity/api-keys/api-key";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import { findOrganisation } from "@/lib/organisations/store";

/** An identity provider that proved who it is. */
export interface Provider {
  readonly tokenId: string;
  readonly prefix: string;
  /** A provider that is known and may not act now: its calls are kept, but refused. */
  readonly refusal: DomainError | undefined;
  readonly provisioning: Provisioner | undefined;
}

/** Returns the prefix of a token that was presented, for the log. Never throws. */
export function tokenPrefixOf(headers: Pick<Headers, "get">): string | undefined {
  const token = /^Bearer +([^ ]+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  return token === undefined ? undefined : prefixOf(token, "scim");
}

function refusalOf(token: TokenRow, now: Date, isActive: boolean): DomainError | undefined {
  if (!isLiveToken(token, now)) return new DomainError("auth.invalid");
  return isActive
    ? undefined
    : new DomainError("access.inactive", { detail: "The organisation is suspended." });
}

/**
 * Returns the provider that makes a call, by its bearer token. Throws `auth.required` and `auth.invalid`; an unknown
 * token and a wrong secret get the same answer.
 */
export async function authenticateProvider(
  cx: DbContext & ApiKeySecret & { readonly clock: Clock },
  headers: Pick<Headers, "get">,
): Promise<Provider> {
  const { tenantId } = cx.instance;
  const presented = /^Bearer +([^ ]+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (presented === undefined)
    throw new DomainError("auth.required", { detail: "Send Authorization: Bearer TOKEN." });
  const prefix = prefixOf(presented, "scim");
  if (prefix === undefined) throw new DomainError("auth.invalid");
  const found = await inSnapshot(cx, async (tx) => {
    const token = await findToken(tx, tenantId, prefix);
    if (token === undefined || !isApiKey(cx.apiKeySecret, presented, token.secret_hash)) return undefined;
    const { organisation_id: organisationId } = token;
    const organisation = await findOrganisation(tx, tenantId, organisationId);
    return { token, organisation, settings: await findProvisioning(tx, tenantId, organisationId) };
  });
  if (found === undefined) throw new DomainError("auth.invalid");
  const { token, organisation, settings } = found;
  const name = organisation?.name ?? token.organisation_id;
  const provisioning = settings && {
    ...settings,
    ...{ organisationId: token.organisation_id, organisation: name, askedBy: token.made_by },
    reason: `The identity provider of ${name} says so`,
  };
  const refusal = refusalOf(token, cx.clock.now(), organisation?.state === "active");
  return { tokenId: token.id, prefix, refusal, provisioning };
}
