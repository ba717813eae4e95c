import "server-only";
import { kind, type MadeLink, type RuleContext } from "@/lib/administration/agreements/kind";
import {
  requireDomain,
  requireDuties,
  requireHome,
  requireOrganisation,
} from "@/lib/administration/people/rules";
import { InvitedPerson } from "@/lib/administration/people/schema";
import { listHandles } from "@/lib/administration/people/store";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Tx } from "@/lib/db/transaction";
import { invalidField } from "@/lib/errors";
import { issueInvitationIn, type LinkContext } from "@/lib/identity/invitations/issue-invitation";
import { createUserIn } from "@/lib/identity/people/create-user";
import { requireNewMailbox } from "@/lib/identity/people/one-human-store";
import {
  findParticipant,
  hasPeople,
  hasRecords,
  lockParticipant,
} from "@/lib/identity/people/participants-store";
import { isPrivileged } from "@/lib/identity/sessions/privileged";

/**
 * Throws `request.invalid` unless a client or provider names an active participant of their organisation and role. Other
 * people must name none.
 */
export async function requireParticipant(
  tx: Tx,
  cx: RuleContext,
  person: Pick<InvitedPerson, "participant_id" | "role" | "organisation_id">,
): Promise<void> {
  const { participant_id: id, role, organisation_id: organisationId } = person;
  const isParty = role === "client" || role === "miner";
  if (isParty !== (id !== undefined))
    throw invalidField("/participant_id", isParty ? "is missing" : "is only for clients and providers");
  if (id === undefined) return;
  const found = await findParticipant(tx, cx.instance.tenantId, id);
  if (found === undefined || found.organisationId !== organisationId || found.role !== role)
    throw invalidField("/participant_id", "is not a participant of this organisation and role");
  if (found.state !== "active") throw invalidField("/participant_id", "is suspended");
}

/**
 * Returns whether two administrators must agree to invite the person. That is so for a privileged role or any duty, and for
 * a participant that has records or ever had a person. Everyone who acts for a participant reads its records. Otherwise one
 * administrator, or an identity provider with the SCIM token that they made, could end its people and add themselves. The
 * lock lets the later of two simultaneous invitations see the earlier one's person.
 */
export async function needsSecondPerson(
  tx: Tx,
  cx: RuleContext,
  person: Pick<InvitedPerson, "role" | "duties" | "participant_id">,
): Promise<boolean> {
  if (isPrivileged(person)) return true;
  const { participant_id: id } = person;
  if (id === undefined) return false;
  const { tenantId } = cx.instance;
  await lockParticipant(tx, tenantId, id);
  return (await hasRecords(tx, tenantId, id)) || hasPeople(tx, tenantId, id);
}

/** Throws if this person cannot be invited now. */
export async function requireInvitable(tx: Tx, cx: RuleContext, person: InvitedPerson): Promise<void> {
  requireDuties(person);
  const organisation = await requireOrganisation(tx, cx, person.organisation_id);
  requireHome(person, organisation.kind);
  await requireDomain(tx, cx, { email: person.email, organisationId: person.organisation_id });
  await requireParticipant(tx, cx, person);
  await requireNewMailbox(tx, cx.instance.tenantId, person.email);
}

/** Returns an unused handle, made of the role and the name. It is the person's name in statements and on the roster. */
export async function drawHandle(tx: Tx, { role, name }: { role: string; name: string }): Promise<string> {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const begin = `${role}-${plain === "" ? "person" : plain}`;
  const taken = new Set(await listHandles(tx, begin));
  for (let number = 1; ; number += 1) {
    const handle = number === 1 ? begin : `${begin}-${number}`;
    if (!taken.has(handle)) return handle;
  }
}

/** Makes the person and their link in the caller's transaction. `reason` is absent after an agreement, whose own entry has it. */
export async function makePerson(
  tx: Tx,
  cx: LinkContext,
  userId: string,
  person: InvitedPerson,
  reason?: string,
): Promise<{ readonly made: MadeLink; readonly entry: AppendedEntry }> {
  const { name, email, role, duties } = person;
  const handle = await drawHandle(tx, person);
  const { entry } = await createUserIn(tx, cx, {
    ...{ id: userId, handle, name, email, role, duties },
    organisationId: person.organisation_id,
    ...(person.participant_id === undefined ? {} : { participantId: person.participant_id }),
    ...(reason === undefined ? {} : { reason }),
  });
  const link = await issueInvitationIn(tx, cx, userId);
  return { made: { ...link, userId, name, email }, entry };
}

/** The invitation of a person that two administrators must agree to. Until both have agreed there is no account. */
export const invitation = kind({
  after: InvitedPerson,
  subject: "person",
  name: async (_tx, _cx, { after }) => after.name,
  concerns: () => undefined,
  before: async () => ({}),
  check: (tx, cx, { after }) => requireInvitable(tx, cx, after),
  apply: async (tx, cx, { subjectId, after }) => (await makePerson(tx, cx, subjectId, after)).made,
});
