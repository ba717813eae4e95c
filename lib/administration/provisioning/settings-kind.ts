import { Duty, type Role } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import { kind, type RuleContext } from "@/lib/administration/agreements/kind";
import type { Facts } from "@/lib/administration/agreements/schema";
import { requireParticipant } from "@/lib/administration/people/invitation-kind";
import { requireDuties, requireHome, requireOrganisation } from "@/lib/administration/people/rules";
import { ProvisioningSettings } from "@/lib/administration/provisioning/schema";
import {
  findDomainInUse,
  findSettings,
  storeSettings,
} from "@/lib/administration/provisioning/settings-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { findDomainOwner } from "@/lib/organisations/agency/store";
import { lockOrganisation } from "@/lib/organisations/store";

/** A mapped group as facts of an agreement have it. */
const GroupFact = z.object({ name: z.string(), role: z.string(), duties: z.string() });

/** Settings as an agreement shows and compares them: every member is a text or a list. */
const SettingsFacts = z
  .object({
    email_domains: z.array(z.string()),
    role: z.string().optional(),
    participant_id: z.string().optional(),
    groups: z.array(GroupFact),
  })
  .transform((facts) =>
    ProvisioningSettings.parse({
      ...facts,
      groups: facts.groups.map((group) => ({
        ...group,
        duties: group.duties.split(" ").filter((duty) => duty !== ""),
      })),
    }),
  );

/** Returns settings as the facts of an agreement. */
export function factsOfSettings(settings: ProvisioningSettings | undefined): Facts {
  if (settings === undefined) return {};
  const { email_domains, role, participant_id, groups } = settings;
  const inOrder = (duties: readonly string[]) =>
    Duty.options.filter((duty) => duties.includes(duty)).join(" ");
  return {
    email_domains: [...email_domains].sort(),
    ...(role === undefined ? {} : { role }),
    ...(participant_id === undefined ? {} : { participant_id }),
    groups: groups.map((group) => ({ ...group, duties: inOrder(group.duties) })),
  };
}

/** An agency's domains are those of its record; another organisation names domains that are no one else's. */
async function requireDomains(
  tx: Tx,
  cx: RuleContext,
  id: string,
  { kind: of, domains }: { readonly kind: string; readonly domains: readonly string[] },
): Promise<void> {
  const { tenantId } = cx.instance;
  if (of === "agency" && domains.length > 0)
    throw invalidField("/email_domains", "are those of the agency: leave them out");
  if (of === "agency") return;
  if (domains.length === 0) throw invalidField("/email_domains", "names no domain");
  const owner = await findDomainOwner(tx, tenantId, domains, id);
  const used = owner?.domain ?? (await findDomainInUse(tx, tenantId, domains, id));
  if (used === undefined) return;
  throw new DomainError("organisation.domain", { detail: `${used} is a domain of another organisation.` });
}

async function requireSettings(tx: Tx, cx: RuleContext, id: string, settings: ProvisioningSettings) {
  const organisation = await requireOrganisation(tx, cx, id);
  const { email_domains: domains, role, participant_id: participantId, groups } = settings;
  await requireDomains(tx, cx, id, { kind: organisation.kind, domains });
  const roles: readonly Role[] = [
    ...(role === undefined ? [] : [role]),
    ...groups.map((group) => group.role),
  ];
  for (const one of roles) requireHome({ role: one }, organisation.kind);
  for (const group of groups) requireDuties(group);
  if (role !== undefined) requireDuties({ role, duties: [] });
  const party = roles.find((one) => one === "client" || one === "miner");
  await requireParticipant(tx, cx, {
    role: party ?? roles[0] ?? "coordinator",
    organisation_id: id,
    participant_id: participantId,
  });
}

/** The identity provider of an organisation keeps its people, within these domains and by this mapping of groups. */
export const settingsOfProvisioning = kind({
  after: SettingsFacts,
  subject: "organisation",
  name: async (tx, cx, { subjectId }) => (await requireOrganisation(tx, cx, subjectId)).name,
  concerns: () => undefined,
  before: async (tx, cx, id) => {
    await lockOrganisation(tx, id);
    return factsOfSettings(await findSettings(tx, cx.instance.tenantId, id));
  },
  check: async (tx, cx, { subjectId, after }) => {
    const now = factsOfSettings(await findSettings(tx, cx.instance.tenantId, subjectId));
    if (contentEtagOf(now) === contentEtagOf(factsOfSettings(after)))
      throw invalidField("/groups", "and the other settings are already in force");
    await requireSettings(tx, cx, subjectId, after);
  },
  apply: async (tx, cx, { subjectId, after }) => {
    const { tenantId } = cx.instance;
    const before = factsOfSettings(await findSettings(tx, tenantId, subjectId));
    await storeSettings(tx, { tenantId, organisationId: subjectId, now: cx.clock.now() }, after);
    await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "provisioning.change",
      subjects: [`organisation:${subjectId}`],
      details: { before, after: factsOfSettings(after) },
    });
    return undefined;
  },
});
