import "server-only";
import type { AdministrationContext, MadeLink } from "@/lib/administration/agreements/kind";
import { deliverLink } from "@/lib/administration/people/deliver-link";
import type { EndContext } from "@/lib/administration/people/ending";
import type { ProvisioningSettings } from "@/lib/administration/provisioning/schema";
import { findSettings } from "@/lib/administration/provisioning/settings-store";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { findAgency } from "@/lib/organisations/agency/store";
import { lockOrganisation } from "@/lib/organisations/store";

/** On whose behalf people of an organisation are changed, and within which settings. */
export interface Provisioner {
  readonly organisationId: string;
  readonly organisation: string;
  /** Domains of the people that may be seen and changed. */
  readonly domains: readonly string[];
  readonly settings: ProvisioningSettings;
  /** The administrator who answers for what is asked: they cannot be the second person. */
  readonly askedBy: string;
  /** Why, in the log and in agreements. */
  readonly reason: string;
}

/**
 * The context of a SCIM call. It has no principal: the identity provider acts, as `system:scim:` and the prefix of its
 * token. An administrator who asks again for what groups give acts as themselves.
 */
export type ScimContext = EndContext &
  Pick<AdministrationContext, "site" | "sessionSecret" | "mailer" | "logger"> & {
    readonly provisioning: Provisioner;
  };

/** Returns settings and the domains in force; undefined where provisioning was not agreed to. */
export async function findProvisioning(
  tx: Tx,
  tenantId: string,
  organisationId: string,
): Promise<Pick<Provisioner, "settings" | "domains"> | undefined> {
  const settings = await findSettings(tx, tenantId, organisationId);
  if (settings === undefined) return undefined;
  const agency = await findAgency(tx, tenantId, organisationId);
  const domains = (agency?.emailDomains ?? settings.email_domains).map((one) => one.toLowerCase());
  return { settings, domains };
}

/** A group may have thousands of members. */
const LIMIT_MS = 120_000;

/** Runs a change of people one after the other for each organisation, and sends the links that it made. */
export async function changing<T>(
  cx: ScimContext,
  run: (tx: Tx, made: (link: MadeLink | undefined) => void) => Promise<T>,
): Promise<T> {
  const links: MadeLink[] = [];
  const result = await inTransaction(
    cx,
    async (tx) => {
      links.length = 0;
      await lockOrganisation(tx, cx.provisioning.organisationId);
      return run(tx, (link) => {
        if (link !== undefined) links.push(link);
      });
    },
    LIMIT_MS,
  );
  // Without a mail server the link is shown to no one: an administrator makes another one on the person's page.
  for (const link of links) await deliverLink(cx, link);
  return result;
}
