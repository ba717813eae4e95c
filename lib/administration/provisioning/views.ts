import "server-only";
import { listOpenAbout } from "@/lib/administration/agreements/store";
import type { ScimContext } from "@/lib/administration/provisioning/context";
import type { ScimGroup } from "@/lib/administration/provisioning/group-store";
import { allScimGroups } from "@/lib/administration/provisioning/group-store";
import {
  findScimPeople,
  type PeopleOf,
  type ScimPerson,
} from "@/lib/administration/provisioning/people-store";
import {
  GROUP_SCHEMA,
  SEALPORT_USER,
  USER_SCHEMA,
} from "@/lib/administration/provisioning/protocol/resources";
import { ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import type { Tx } from "@/lib/db/transaction";
import { contentEtagOf } from "@/lib/etag";
import type { Site } from "@/lib/identity/sign-in/site";

/** A resource as it is sent. */
export interface Resource {
  readonly id: string;
  readonly meta: { readonly version: string; readonly location: string };
  readonly [member: string]: unknown;
}

/** The address of the SCIM server. */
export function scimAddress({ origin }: Pick<Site, "origin">): string {
  return `${origin}/scim/v2`;
}

/** Whose people a call may see. */
export function peopleOf(cx: ScimContext): PeopleOf {
  const { organisationId, domains } = cx.provisioning;
  return { tenantId: cx.instance.tenantId, organisationId, domains };
}

interface Dates {
  readonly id: string;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** Adds `meta`. The version is a digest of all that is sent, so that it changes with whatever the client reads. */
function withMeta(
  cx: ScimContext,
  type: "User" | "Group",
  { id, createdAt, changedAt }: Dates,
  members: Readonly<Record<string, unknown>>,
): Resource {
  const meta = {
    resourceType: type,
    created: createdAt.toISOString(),
    lastModified: changedAt.toISOString(),
    location: `${scimAddress(cx.site)}/${type}s/${id}`,
    version: `W/${contentEtagOf(JSON.parse(JSON.stringify(members)))}`,
  };
  return { ...members, id, meta };
}

type Open = readonly { readonly id: string; readonly kind: string }[];

function stateOf({ account, isActive, hasFactor }: ScimPerson, open: Open): string {
  if (account !== undefined) return account.state === "active" && !hasFactor ? "invited" : account.state;
  if (!isActive) return "inactive";
  return open.some(({ kind }) => kind === "invitation") ? "asked" : "waiting";
}

function viewUser(cx: ScimContext, person: ScimPerson, groups: readonly ScimGroup[], open: Open): Resource {
  const { id, userName, name, givenName, familyName, externalId, account, isActive } = person;
  return withMeta(cx, "User", person, {
    schemas: [USER_SCHEMA, SEALPORT_USER],
    id,
    ...(externalId === null ? {} : { externalId }),
    userName,
    name: {
      formatted: name,
      ...(givenName === null ? {} : { givenName }),
      ...(familyName === null ? {} : { familyName }),
    },
    displayName: name,
    emails: [{ value: userName, type: "work", primary: true }],
    active: isActive,
    groups: groups
      .filter(({ members }) => members.includes(id))
      .map((group) => ({ value: group.id, display: group.name, type: "direct" })),
    [SEALPORT_USER]: {
      state: stateOf(person, open),
      ...(account === undefined ? {} : { role: account.role, duties: [...account.duties] }),
      agreements: open.map((one) => ({ value: one.id, display: one.kind })),
    },
  });
}

/** Returns people as Users, with their groups and the agreements that they wait for. */
export async function viewUsers(tx: Tx, cx: ScimContext, people: readonly ScimPerson[]): Promise<Resource[]> {
  const at = peopleOf(cx);
  const groups = people.length === 0 ? [] : await allScimGroups(tx, at);
  const which = { tenantId: at.tenantId, now: cx.clock.now() };
  const open = await listOpenAbout(
    tx,
    which,
    people.map(({ id }) => id),
  );
  return people.map((person) => viewUser(cx, person, groups, open.get(person.id) ?? []));
}

/** Returns a group as a Group. Members that the client may not see any more are left out. */
export async function viewGroup(tx: Tx, cx: ScimContext, group: ScimGroup): Promise<Resource> {
  const people = await findScimPeople(tx, peopleOf(cx), group.members);
  const members = group.members.flatMap((id) => {
    const person = people.get(id);
    return person === undefined ? [] : [{ value: id, display: person.name, type: "User" }];
  });
  return withMeta(cx, "Group", group, {
    schemas: [GROUP_SCHEMA],
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.name,
    members,
  });
}

/** Throws 412 where If-Match names another version (RFC 7644 section 3.14). */
export function requireVersion(resource: Resource, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === "*") return;
  const tags = ifMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (tags.includes(resource.meta.version.replace(/^W\//, ""))) return;
  throw new ScimError(412, undefined, "The resource has changed. Read it again.");
}
