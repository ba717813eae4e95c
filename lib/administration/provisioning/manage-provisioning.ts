import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import type { AgreementAnswer } from "@/lib/administration/agreements/schema";
import { listOpenAbout } from "@/lib/administration/agreements/store";
import { requireOrganisation } from "@/lib/administration/people/rules";
import { changing, findProvisioning, type ScimContext } from "@/lib/administration/provisioning/context";
import { allScimGroups, type ScimGroup } from "@/lib/administration/provisioning/group-store";
import {
  findScimPeople,
  keptScimPeople,
  type ScimPerson,
} from "@/lib/administration/provisioning/people-store";
import { ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import type {
  AppliedProvisioning,
  Provisioning,
  ProvisioningChange,
} from "@/lib/administration/provisioning/schema";
import { factsOfSettings } from "@/lib/administration/provisioning/settings-kind";
import { changeOf, settlePerson } from "@/lib/administration/provisioning/settle-person";
import { listTokens } from "@/lib/administration/provisioning/token-store";
import { viewToken } from "@/lib/administration/provisioning/tokens";
import { peopleOf, scimAddress } from "@/lib/administration/provisioning/views";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { contentEtagOf, requireMatch } from "@/lib/etag";

const ENDED_SHOWN_MS = 30 * 24 * 3_600_000;
const SHOWN_CALLS = 20;

/** Returns the context in which an administrator asks for what groups give; undefined without settings. */
async function contextOf(
  tx: Tx,
  cx: AdministrationContext,
  organisationId: string,
): Promise<ScimContext | undefined> {
  const { name: organisation } = await requireOrganisation(tx, cx, organisationId);
  const found = await findProvisioning(tx, cx.instance.tenantId, organisationId);
  if (found === undefined) return undefined;
  const provisioning = {
    ...found,
    ...{ organisationId, organisation, askedBy: cx.principal.userId },
    reason: `Groups of the identity provider of ${organisation}`,
  };
  return { ...cx, provisioning };
}

function isDiffering(cx: ScimContext, person: ScimPerson, groups: readonly ScimGroup[]): boolean {
  const own = groups.filter(({ members }) => members.includes(person.id)).map(({ name }) => name);
  try {
    const { wanted, isDiffering: differs } = changeOf(cx, person, own);
    return person.account === undefined ? person.isActive && wanted !== undefined : differs;
  } catch (error) {
    // Groups of different roles: an administrator looks at it.
    if (error instanceof ScimError) return true;
    throw error;
  }
}

/** Returns people who have other role or duties than the provider's groups give, and wait for no agreement. */
async function findDiffering(tx: Tx, cx: ScimContext, groups: readonly ScimGroup[]): Promise<ScimPerson[]> {
  const people = await keptScimPeople(tx, peopleOf(cx));
  const which = { tenantId: cx.instance.tenantId, now: cx.clock.now() };
  const open = await listOpenAbout(
    tx,
    which,
    people.map(({ id }) => id),
  );
  return people.filter(
    (person) =>
      !open.has(person.id) && person.account?.state !== "suspended" && isDiffering(cx, person, groups),
  );
}

async function read(tx: Tx, cx: AdministrationContext, id: string): Promise<Provisioning> {
  const { tenantId } = cx.instance;
  const at = { tenantId, organisationId: id };
  const own = await contextOf(tx, cx, id);
  const since = new Date(cx.clock.nowMs() - ENDED_SHOWN_MS);
  const rows = await listTokens(tx, at, since);
  const groups = await allScimGroups(tx, at);
  const tokens: Provisioning["tokens"] = [];
  for (const row of rows) tokens.push(await viewToken(tx, cx, row));
  const calls = rows.flatMap(({ calls: kept }) => kept).sort((a, b) => b.at.localeCompare(a.at));
  const mapped = new Set(own?.provisioning.settings.groups.map(({ name }) => name));
  const differing = own === undefined ? [] : await findDiffering(tx, own, groups);
  return {
    id,
    address: scimAddress(cx.site),
    settings: own?.provisioning.settings ?? null,
    domains: [...(own?.provisioning.domains ?? [])],
    tokens,
    calls: calls.slice(0, SHOWN_CALLS),
    groups: groups.map(({ id: group, name, members }) => ({
      ...{ id: group, name, members: members.length },
      is_mapped: mapped.has(name),
    })),
    differing: differing.map(({ id: person, name }) => ({ id: person, name })),
  };
}

/** Returns the provisioning of an organisation, for administrators. Throws `organisation.not-found`. */
export async function getProvisioning(cx: AdministrationContext, id: string): Promise<Provisioning> {
  const found = await inSnapshot(cx, (tx) => read(tx, cx, id));
  await recordReadOnce(cx, "provisioning.read");
  return found;
}

/** Returns the entity tag of the settings. */
export function etagOfProvisioning({ settings }: Pick<Provisioning, "settings">): string {
  return contentEtagOf(factsOfSettings(settings ?? undefined));
}

/**
 * Asks for the settings of an organisation's provisioning; another administrator agrees. Throws
 * `organisation.not-found`, `organisation.domain`, `person.duties` and `request.outdated`.
 */
export async function askProvisioning(
  cx: AdministrationContext,
  id: string,
  { reason, ...settings }: ProvisioningChange,
  ifMatch?: string,
): Promise<AgreementAnswer> {
  if (ifMatch !== undefined)
    requireMatch(ifMatch, etagOfProvisioning(await inSnapshot(cx, (tx) => read(tx, cx, id))));
  return askAgreement(cx, { kind: "provisioning", subjectId: id, after: factsOfSettings(settings), reason });
}

/**
 * Asks for what their groups give to people who have something else, after the mapping changed or where an agreement
 * was refused. Each is done or fails for itself. Throws `provisioning.none`.
 */
export async function applyProvisioning(cx: AdministrationContext, id: string): Promise<AppliedProvisioning> {
  const own = await inSnapshot(cx, (tx) => contextOf(tx, cx, id));
  if (own === undefined) throw new DomainError("provisioning.none", { detail: "Set up provisioning first." });
  const at = { tenantId: cx.instance.tenantId, organisationId: id };
  const differing = await inSnapshot(cx, async (tx) => findDiffering(tx, own, await allScimGroups(tx, at)));
  const applied: AppliedProvisioning = { done: [], failed: [] };
  for (const person of differing) {
    const { id: personId, name } = person;
    try {
      await changing(own, async (tx, made) => {
        const today = (await findScimPeople(tx, peopleOf(own), [personId])).get(personId);
        if (today !== undefined) made(await settlePerson(tx, own, today));
      });
      applied.done.push({ id: personId, name });
    } catch (error) {
      if (!(error instanceof DomainError) && !(error instanceof ScimError)) throw error;
      applied.failed.push({ id: personId, name, detail: error.detail ?? error.message });
    }
  }
  return applied;
}
