import { Role } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import { MappedGroup, type ProvisioningSettings } from "@/lib/administration/provisioning/schema";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({
  email_domains: z.array(z.string()),
  role: Role.nullable(),
  participant_id: z.string().nullable(),
  groups: z.array(MappedGroup),
});

/** Returns the settings of an organisation's provisioning; undefined where none were agreed to. */
export async function findSettings(
  tx: Tx,
  tenantId: string,
  organisationId: string,
): Promise<ProvisioningSettings | undefined> {
  const row = await tx.scim_connection.findFirst({
    where: { organisation_id: organisationId, tenant_id: tenantId },
  });
  if (row === null) return undefined;
  const { email_domains, role, participant_id, groups } = Row.parse(row);
  return {
    email_domains,
    ...(role === null ? {} : { role }),
    ...(participant_id === null ? {} : { participant_id }),
    groups,
  };
}

export async function storeSettings(
  tx: Tx,
  at: { readonly tenantId: string; readonly organisationId: string; readonly now: Date },
  settings: ProvisioningSettings,
): Promise<void> {
  const facts = {
    email_domains: [...settings.email_domains],
    role: settings.role ?? null,
    participant_id: settings.participant_id ?? null,
    groups: settings.groups.map((group) => ({ ...group, duties: [...group.duties] })),
    changed_at: at.now,
  };
  await tx.scim_connection.upsert({
    where: { organisation_id: at.organisationId },
    create: { ...facts, organisation_id: at.organisationId, tenant_id: at.tenantId },
    update: facts,
    select: { organisation_id: true },
  });
}

/** Returns the first of these domains that the provisioning of another organisation has. */
export async function findDomainInUse(
  tx: Tx,
  tenantId: string,
  domains: readonly string[],
  but: string,
): Promise<string | undefined> {
  const rows = await tx.scim_connection.findMany({
    where: {
      tenant_id: tenantId,
      organisation_id: { not: but },
      email_domains: { hasSome: [...domains] },
    },
    select: { email_domains: true },
  });
  return rows.flatMap(({ email_domains: used }) => used).find((domain) => domains.includes(domain));
}
