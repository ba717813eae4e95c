import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { takeTurns } from "@/lib/identity/people/one-human-store";
import { GroupMapping, type Provider, ProviderAuthentication } from "@/lib/identity/providers/provider";

function toProvider(row: Prisma.identity_providerGetPayload<object>): Provider {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    issuer: row.issuer,
    clientId: row.client_id,
    authentication: ProviderAuthentication.parse(row.authentication),
    sealed: row.sealed,
    publicKey: row.public_key ?? undefined,
    domains: row.domains,
    amr: row.amr,
    acr: row.acr,
    maxAge: row.max_age,
    groupClaim: row.group_claim,
    mapping: z.array(GroupMapping).parse(row.mapping),
    changedAt: row.changed_at,
  };
}

/** Returns the provider of an organisation, if it has one. */
export async function findProvider(
  tx: Tx,
  tenantId: string,
  organisationId: string,
): Promise<Provider | undefined> {
  const row = await tx.identity_provider.findFirst({
    where: { tenant_id: tenantId, organisation_id: organisationId },
  });
  return row === null ? undefined : toProvider(row);
}

const turnOf = (organisationId: string): string => `identity-provider:${organisationId}`;

/**
 * Returns whether the provider is still the one in force, and keeps it so until the transaction ends. It may have been
 * disconnected, or its rules changed, while it answered.
 */
export async function holdProvider(
  tx: Tx,
  tenantId: string,
  { id, organisationId }: Pick<Provider, "id" | "organisationId">,
): Promise<boolean> {
  await takeTurns(tx, turnOf(organisationId));
  return (await findProvider(tx, tenantId, organisationId))?.id === id;
}

/** Returns the provider that signs in people with addresses of this domain. */
export async function findProviderOfDomain(
  tx: Tx,
  tenantId: string,
  domain: string,
): Promise<Provider | undefined> {
  const row = await tx.identity_provider.findFirst({
    where: { tenant_id: tenantId, domains: { has: domain } },
  });
  return row === null ? undefined : toProvider(row);
}

/** Returns whether any organisation of the tenant signs in by its own provider. */
export async function hasAnyProvider(tx: Tx, tenantId: string): Promise<boolean> {
  return (
    (await tx.identity_provider.findFirst({ where: { tenant_id: tenantId }, select: { id: true } })) !== null
  );
}

/** Returns how many people of an organisation have linked their sign-in at its provider. */
export async function countLinked(tx: Tx, tenantId: string, organisationId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ linked: number }[]>(Prisma.sql`
    SELECT count(*)::int AS linked FROM credential c JOIN app_user u ON u.id = c.user_id AND u.tenant_id = c.tenant_id
    WHERE c.kind = 'oidc' AND c.revoked_at IS NULL AND u.organisation_id = ${organisationId}::uuid
      AND c.tenant_id = ${tenantId}::uuid`);
  return rows[0]?.linked ?? 0;
}

/**
 * Stores a provider in place of the organisation's earlier one. Each version is a row of its own, because sessions
 * and round trips name the one they began under.
 */
export async function storeProvider(tx: Tx, tenantId: string, provider: Provider): Promise<void> {
  await deleteProvider(tx, tenantId, provider.organisationId);
  await tx.identity_provider.create({
    data: {
      id: provider.id,
      tenant_id: tenantId,
      organisation_id: provider.organisationId,
      issuer: provider.issuer,
      client_id: provider.clientId,
      authentication: provider.authentication,
      sealed: Uint8Array.from(provider.sealed),
      public_key: provider.publicKey ?? null,
      domains: [...provider.domains],
      amr: [...provider.amr],
      acr: [...provider.acr],
      max_age: provider.maxAge,
      group_claim: provider.groupClaim,
      mapping: provider.mapping.map((one) => ({ ...one, duties: [...one.duties] })),
      changed_at: provider.changedAt,
    },
    select: { id: true },
  });
}

/** Removes the provider of an organisation, after sign-ins that hold it; returns false where it had none. */
export async function deleteProvider(tx: Tx, tenantId: string, organisationId: string): Promise<boolean> {
  await takeTurns(tx, turnOf(organisationId));
  const { count } = await tx.identity_provider.deleteMany({
    where: { tenant_id: tenantId, organisation_id: organisationId },
  });
  return count === 1;
}
