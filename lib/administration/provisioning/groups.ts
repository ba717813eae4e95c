import "server-only";
import type { MadeLink } from "@/lib/administration/agreements/kind";
import { changing, type ScimContext } from "@/lib/administration/provisioning/context";
import type { Page } from "@/lib/administration/provisioning/filter-store";
import {
  allScimGroups,
  findScimGroup,
  keepGroup,
  listScimGroups,
  removeGroup,
  type ScimGroup,
} from "@/lib/administration/provisioning/group-store";
import { findScimPeople } from "@/lib/administration/provisioning/people-store";
import { applyPatch, type Members } from "@/lib/administration/provisioning/protocol/patch";
import {
  GROUP_SHAPE,
  type WantedGroup,
  wantedGroup,
} from "@/lib/administration/provisioning/protocol/resources";
import { fault, ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import { settlePerson } from "@/lib/administration/provisioning/settle-person";
import { peopleOf, type Resource, requireVersion, viewGroup } from "@/lib/administration/provisioning/views";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, type Tx } from "@/lib/db/transaction";

async function requireGroup(tx: Tx, cx: ScimContext, id: string): Promise<ScimGroup> {
  const group = await findScimGroup(tx, peopleOf(cx), id);
  if (group === undefined) throw new ScimError(404, undefined, "No group of this client has this id.");
  return group;
}

async function record(
  tx: Tx,
  cx: ScimContext,
  id: string,
  details: Readonly<Record<string, string | number>>,
) {
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "provisioning.group",
    subjects: [`scim_group:${id}`],
    details: { organisation: cx.provisioning.organisationId, ...details },
  });
}

/** Throws `invalidValue` for a member whom the client may not see. Earlier members are not checked again. */
async function requireMembers(tx: Tx, cx: ScimContext, added: readonly string[]): Promise<void> {
  const found = await findScimPeople(tx, peopleOf(cx), added);
  const missing = added.find((id) => !found.has(id));
  if (missing !== undefined) throw fault("invalidValue", `members: ${missing} is not a user of this client.`);
}

/** Throws 409 `uniqueness` where another group has the name. */
async function requireFreeName(
  tx: Tx,
  cx: ScimContext,
  { id, name }: { readonly id: string; readonly name: string },
) {
  const groups = await allScimGroups(tx, peopleOf(cx));
  if (groups.every((group) => group.id === id || group.name !== name)) return;
  throw new ScimError(409, "uniqueness", "Another group has this displayName.");
}

/** People whose groups changed get what these give, one after the other. A group that is not mapped gives nothing. */
async function settle(
  tx: Tx,
  cx: ScimContext,
  { groups, ids }: { readonly groups: readonly string[]; readonly ids: readonly string[] },
  made: (link: MadeLink | undefined) => void,
): Promise<void> {
  const isMapped = cx.provisioning.settings.groups.some(({ name }) => groups.includes(name));
  if (!isMapped) return;
  const people = await findScimPeople(tx, peopleOf(cx), ids);
  for (const person of people.values()) made(await settlePerson(tx, cx, person));
}

/** Whose groups change: the members who come or go, or all of them where the name changes. */
function changedMembers(before: ScimGroup | undefined, after: WantedGroup): string[] {
  const [old, next] = [before?.members ?? [], after.members];
  if (before !== undefined && before.name !== after.displayName) return [...new Set([...old, ...next])];
  return [...old.filter((id) => !next.includes(id)), ...next.filter((id) => !old.includes(id))];
}

async function store(
  tx: Tx,
  cx: ScimContext,
  { id, before, wanted }: { readonly id: string; readonly before?: ScimGroup; readonly wanted: WantedGroup },
  made: (link: MadeLink | undefined) => void,
): Promise<Resource> {
  const { displayName, members, externalId } = wanted;
  const changed = changedMembers(before, wanted);
  const isSame =
    before?.name === displayName && (before.externalId ?? undefined) === externalId && changed.length === 0;
  if (!isSame) {
    await requireMembers(
      tx,
      cx,
      members.filter((member) => before?.members.includes(member) !== true),
    );
    await requireFreeName(tx, cx, { id, name: displayName });
    await record(tx, cx, id, {
      act: before === undefined ? "create" : "change",
      name: displayName,
      members: members.length,
    });
    await keepGroup(tx, { ...peopleOf(cx), id, now: cx.clock.now() }, wanted);
    await settle(tx, cx, { groups: [displayName, before?.name ?? displayName], ids: changed }, made);
  }
  return viewGroup(tx, cx, await requireGroup(tx, cx, id));
}

/**
 * Creates a group. Its members are invited or asked for as its name is mapped. Throws 409 `uniqueness`, `invalidValue`
 * for an unknown member, and as the rules about people do.
 */
export function createGroup(cx: ScimContext, sent: Members): Promise<Resource> {
  const wanted = wantedGroup(sent);
  const id = uuidv7(cx.clock.nowMs());
  return changing(cx, (tx, made) => store(tx, cx, { id, wanted }, made));
}

function changeGroup(
  cx: ScimContext,
  id: string,
  ifMatch: string | undefined,
  wantedOf: (group: ScimGroup) => WantedGroup,
): Promise<Resource> {
  return changing(cx, async (tx, made) => {
    const before = await requireGroup(tx, cx, id);
    if (ifMatch !== undefined) requireVersion(await viewGroup(tx, cx, before), ifMatch);
    return store(tx, cx, { id, before, wanted: wantedOf(before) }, made);
  });
}

/** Replaces a group. Throws 404, 412 and as `createGroup`. */
export function replaceGroup(
  cx: ScimContext,
  id: string,
  sent: Members,
  ifMatch?: string,
): Promise<Resource> {
  const wanted = wantedGroup(sent);
  return changeGroup(cx, id, ifMatch, () => wanted);
}

/** Patches a group. Throws as `replaceGroup`. */
export function patchGroup(cx: ScimContext, id: string, sent: Members, ifMatch?: string): Promise<Resource> {
  return changeGroup(cx, id, ifMatch, ({ name, externalId, members }) => {
    const before = { displayName: name, externalId, members: members.map((value) => ({ value })) };
    return wantedGroup(applyPatch(GROUP_SHAPE, before, sent));
  });
}

/** Removes a group. Its members lose what it gave them, by an agreement for each. Throws 404 and 412. */
export function deleteGroup(cx: ScimContext, id: string, ifMatch?: string): Promise<void> {
  return changing(cx, async (tx, made) => {
    const group = await requireGroup(tx, cx, id);
    requireVersion(await viewGroup(tx, cx, group), ifMatch);
    await record(tx, cx, id, { act: "delete", name: group.name, members: group.members.length });
    await removeGroup(tx, id);
    await settle(tx, cx, { groups: [group.name], ids: group.members }, made);
  });
}

/** Returns a group. Throws 404. */
export function getGroup(cx: ScimContext, id: string): Promise<Resource> {
  return inSnapshot(cx, async (tx) => viewGroup(tx, cx, await requireGroup(tx, cx, id)));
}

/** Returns a page of groups, and how many meet the filter. */
export function listGroups(
  cx: ScimContext,
  page: Page,
): Promise<{ readonly resources: readonly Resource[]; readonly total: number }> {
  return inSnapshot(cx, async (tx) => {
    const { groups, total } = await listScimGroups(tx, peopleOf(cx), page);
    const resources: Resource[] = [];
    for (const group of groups) resources.push(await viewGroup(tx, cx, group));
    return { resources, total };
  });
}
