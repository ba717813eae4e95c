import "server-only";
import type { MadeLink } from "@/lib/administration/agreements/kind";
import { hasInvitationFor } from "@/lib/administration/agreements/store";
import { leaveIn, renameIn, suspendIn } from "@/lib/administration/people/end-person";
import { changing, type ScimContext } from "@/lib/administration/provisioning/context";
import type { Page } from "@/lib/administration/provisioning/filter-store";
import {
  findScimPeople,
  isMailboxAwaited,
  keepPerson,
  listScimPeople,
  removePerson,
  type ScimPerson,
} from "@/lib/administration/provisioning/people-store";
import {
  applyPatch,
  isMembers,
  type Members,
  memberOf,
} from "@/lib/administration/provisioning/protocol/patch";
import {
  USER_SHAPE,
  type WantedUser,
  wantedUser,
} from "@/lib/administration/provisioning/protocol/resources";
import { fault, ScimError } from "@/lib/administration/provisioning/protocol/scim-error";
import { askFor, settlePerson, unask } from "@/lib/administration/provisioning/settle-person";
import { peopleOf, type Resource, requireVersion, viewUsers } from "@/lib/administration/provisioning/views";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { requireNewMailbox } from "@/lib/identity/people/one-human-store";
import { domainOf } from "@/lib/identity/providers/check-claims";

/** Returns a person whom the client may see. Throws 404. */
async function requirePerson(tx: Tx, cx: ScimContext, id: string): Promise<ScimPerson> {
  const person = (await findScimPeople(tx, peopleOf(cx), [id])).get(id);
  if (person === undefined) throw new ScimError(404, undefined, "No user of this client has this id.");
  return person;
}

async function viewOf(tx: Tx, cx: ScimContext, id: string): Promise<Resource> {
  const [resource] = await viewUsers(tx, cx, [await requirePerson(tx, cx, id)]);
  if (resource === undefined) throw new InvariantError("a person was read and is not there");
  return resource;
}

/** Refuses a name that is taken, without saying whose it is. */
async function requireFree(tx: Tx, cx: ScimContext, userName: string): Promise<void> {
  const { tenantId } = cx.instance;
  try {
    await requireNewMailbox(tx, tenantId, userName);
    const isAwaited = await isMailboxAwaited(tx, tenantId, userName);
    if (!isAwaited && !(await hasInvitationFor(tx, tenantId, userName))) return;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "person.mailbox") throw error;
  }
  throw new ScimError(409, "uniqueness", "This userName is taken, in this or another spelling.");
}

/** Stores what the provider says of a person, with its entry. */
async function keep(
  tx: Tx,
  cx: ScimContext,
  id: string,
  { act, wanted, name }: { readonly act: string; readonly wanted: WantedUser; readonly name: string },
): Promise<void> {
  const { userName, givenName, familyName, externalId, active } = wanted;
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "provisioning.person",
    subjects: [`user:${id}`],
    details: { act, organisation: cx.provisioning.organisationId, active },
  });
  const at = { ...peopleOf(cx), id, now: cx.clock.now() };
  await keepPerson(tx, at, { userName, name, givenName, familyName, externalId, isActive: active });
}

/**
 * Creates a person: invited, or asked for where role or duties need two people, or waiting for a group that gives them a
 * role. Throws 409 `uniqueness` where the address is taken and `invalidValue` outside the verified domains.
 */
export function createUser(cx: ScimContext, sent: Members): Promise<Resource> {
  const wanted = wantedUser(sent);
  const { domains } = cx.provisioning;
  if (!domains.includes(domainOf(wanted.userName)))
    throw fault("invalidValue", `userName: the domain must be one of ${domains.join(", ")}.`);
  return changing(cx, async (tx, made) => {
    await requireFree(tx, cx, wanted.userName);
    const id = uuidv7(cx.clock.nowMs());
    const name = wanted.name ?? wanted.userName.slice(0, wanted.userName.indexOf("@"));
    await keep(tx, cx, id, { act: "create", wanted, name });
    made(await settlePerson(tx, cx, await requirePerson(tx, cx, id)));
    return viewOf(tx, cx, id);
  });
}

/** The same mailbox in another case is not a change. */
function requireSameName(person: ScimPerson, { userName }: WantedUser): void {
  if (person.userName.toLowerCase() === userName.toLowerCase()) return;
  throw fault(
    "mutability",
    "userName cannot change: it is the person's address. Create the person with the new address, and delete this one.",
  );
}

/** Suspends at once. The return of a suspended person needs two administrators. */
async function switchAccount(tx: Tx, cx: ScimContext, person: ScimPerson, isWanted: boolean): Promise<void> {
  if (person.account === undefined || isWanted === (person.account.state === "active")) return;
  const { reason } = cx.provisioning;
  if (isWanted) await askFor(tx, cx, person.id, { kind: "resume", after: { state: "active" } });
  else await suspendIn(tx, cx, { userId: person.id, reason, roster: undefined });
}

/** Brings a person to what is wanted. */
async function change(
  tx: Tx,
  cx: ScimContext,
  person: ScimPerson,
  wanted: WantedUser,
): Promise<MadeLink | undefined> {
  requireSameName(person, wanted);
  const { givenName, familyName, externalId, active } = wanted;
  const name = wanted.name ?? person.name;
  const isSame =
    person.isKept &&
    person.name === name &&
    (person.givenName ?? undefined) === givenName &&
    (person.familyName ?? undefined) === familyName &&
    (person.externalId ?? undefined) === externalId &&
    person.isActive === active;
  if (!isSame) {
    const kept = { ...wanted, userName: person.userName };
    await keep(tx, cx, person.id, { act: "change", wanted: kept, name });
  }
  if (person.account !== undefined && person.name !== name) await renameIn(tx, cx, person.id, name);
  if (person.account?.state === "suspended" && !active) await unask(tx, cx, person.id, "resume");
  await switchAccount(tx, cx, person, active);
  return settlePerson(tx, cx, await requirePerson(tx, cx, person.id));
}

function changeUser(
  cx: ScimContext,
  id: string,
  ifMatch: string | undefined,
  wantedOf: (person: ScimPerson) => WantedUser,
): Promise<Resource> {
  return changing(cx, async (tx, made) => {
    requireVersion(await viewOf(tx, cx, id), ifMatch);
    const person = await requirePerson(tx, cx, id);
    made(await change(tx, cx, person, wantedOf(person)));
    return viewOf(tx, cx, id);
  });
}

/** Replaces what the provider says of a person. Throws 404, 412, `mutability` and as the rules about people do. */
export function replaceUser(cx: ScimContext, id: string, sent: Members, ifMatch?: string): Promise<Resource> {
  const wanted = wantedUser(sent);
  return changeUser(cx, id, ifMatch, () => wanted);
}

/** What a patch is applied to. Whole names and addresses are left out, so that what the client names counts. */
function patchable({ userName, externalId, givenName, familyName, isActive }: ScimPerson): Members {
  return {
    userName,
    externalId,
    name: { givenName, familyName },
    emails: [],
    active: isActive,
  };
}

/** Patches a person. Throws as `replaceUser`. */
export function patchUser(cx: ScimContext, id: string, sent: Members, ifMatch?: string): Promise<Resource> {
  return changeUser(cx, id, ifMatch, (person) => {
    const patched = applyPatch(USER_SHAPE, patchable(person), sent);
    const wanted = wantedUser(patched);
    const isNamed =
      memberOf(patched, "displayName") != null ||
      (isMembers(patched.name) && patched.name.formatted != null) ||
      wanted.givenName !== (person.givenName ?? undefined) ||
      wanted.familyName !== (person.familyName ?? undefined);
    return isNamed ? wanted : { ...wanted, name: undefined };
  });
}

/**
 * Lets a person leave. Their record and what they signed stay, and the address stays theirs. A person without an account
 * is forgotten, and what was asked for them is withdrawn. Throws 404, 412 and `person.last-administrator`.
 */
export function deleteUser(cx: ScimContext, id: string, ifMatch?: string): Promise<void> {
  return changing(cx, async (tx) => {
    requireVersion(await viewOf(tx, cx, id), ifMatch);
    const { account, isKept } = await requirePerson(tx, cx, id);
    if (account !== undefined) {
      await leaveIn(tx, cx, { userId: id, reason: cx.provisioning.reason, roster: undefined });
      return;
    }
    await unask(tx, cx, id, "invitation");
    if (!isKept) return;
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "provisioning.person",
      subjects: [`user:${id}`],
      details: { act: "delete", organisation: cx.provisioning.organisationId },
    });
    await removePerson(tx, id);
  });
}

/** Returns a person. Throws 404. */
export function getUser(cx: ScimContext, id: string): Promise<Resource> {
  return inSnapshot(cx, (tx) => viewOf(tx, cx, id));
}

/** Returns a page of people, and how many meet the filter. */
export function listUsers(
  cx: ScimContext,
  page: Page,
): Promise<{ readonly resources: readonly Resource[]; readonly total: number }> {
  return inSnapshot(cx, async (tx) => {
    const { people, total } = await listScimPeople(tx, peopleOf(cx), page);
    return { resources: await viewUsers(tx, cx, people), total };
  });
}
