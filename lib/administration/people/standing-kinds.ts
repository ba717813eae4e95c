import "server-only";
import { z } from "zod";
import { kind, type RuleContext } from "@/lib/administration/agreements/kind";
import {
  requireAnotherAdministrator,
  requireDuties,
  requireHome,
  requireOrganisation,
  requirePerson,
} from "@/lib/administration/people/rules";
import { Standing } from "@/lib/administration/people/schema";
import {
  listMemberships,
  removeDuties,
  removeMemberships,
  updatePerson,
} from "@/lib/administration/people/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { findOrganisationNames } from "@/lib/identity/people/people-store";
import { insertDuties, insertMembership } from "@/lib/identity/people/store";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";

const nameOf = async (tx: Tx, cx: RuleContext, { subjectId }: { readonly subjectId: string }) =>
  (await requirePerson(tx, cx, subjectId)).name;

function requireActive({ isActive }: { readonly isActive: boolean }): void {
  if (!isActive)
    throw new DomainError("person.state", { detail: "The person is not active. End the suspension first." });
}

/**
 * Another role or other duties. Sessions end, and an unused link no longer works. What the person has signed stays
 * valid; what they have begun continues with others who have the duty.
 */
export const dutiesOfPerson = kind({
  after: Standing,
  subject: "person",
  name: nameOf,
  concerns: (subjectId) => subjectId,
  before: async (tx, cx, subjectId) => {
    const { role, duties } = await requirePerson(tx, cx, subjectId);
    return { role, duties: [...duties].sort() };
  },
  check: async (tx, cx, { subjectId, after }) => {
    const person = await requirePerson(tx, cx, subjectId);
    requireActive(person);
    requireDuties(after);
    requireHome(after, (await requireOrganisation(tx, cx, person.organisationId)).kind);
    const isSame =
      after.role === person.role && [...after.duties].sort().join() === [...person.duties].sort().join();
    if (isSame) throw invalidField("/duties", "are the person's present duties");
    const isParty = (role: string) => role === "client" || role === "miner";
    if (isParty(after.role) !== isParty(person.role) || (isParty(after.role) && after.role !== person.role))
      throw invalidField("/role", "cannot change between a party's role and another: invite another account");
    if (after.role !== "admin" || !after.duties.includes("admin"))
      await requireAnotherAdministrator(tx, cx.instance.tenantId, person);
  },
  apply: async (tx, cx, { subjectId, after }) => {
    const { tenantId } = cx.instance;
    const { role, duties, pseudonym } = await requirePerson(tx, cx, subjectId);
    const added = after.duties.filter((duty) => !duties.includes(duty));
    const removed = duties.filter((duty) => !after.duties.includes(duty));
    const subjects = [`user:${subjectId}`];
    const common = { class: "identity", outcome: "done", subjects } as const;
    if (removed.length > 0) {
      await removeDuties(tx, subjectId, removed);
      const details = { user: pseudonym, duties: removed };
      await appendEntry(tx, cx, { ...common, action: "duty.revoke", details });
    }
    if (added.length > 0) {
      const granted_by = cx.principal.userId;
      await insertDuties(
        tx,
        added.map((duty) => ({ user_id: subjectId, duty, tenant_id: tenantId, granted_by })),
      );
      await appendEntry(tx, cx, {
        ...common,
        action: "duty.grant",
        details: { user: pseudonym, duties: added },
      });
    }
    if (after.role !== role) {
      await updatePerson(tx, subjectId, { role: after.role });
      const details = { user: pseudonym, before: role, after: after.role };
      await appendEntry(tx, cx, { ...common, action: "user.change", details });
    }
    await endSessionsIn(tx, cx, { userId: subjectId, reason: "changed" });
    return undefined;
  },
});

const Memberships = z.strictObject({
  organisation_ids: z.array(z.string()),
  organisations: z.array(z.string()),
});

/** Returns memberships as ids and names, both in the order of the ids. */
export async function membershipFacts(tx: Tx, ids: readonly string[]) {
  const sorted = [...ids].sort();
  const names = await findOrganisationNames(tx, sorted);
  return { organisation_ids: sorted, organisations: sorted.map((id) => names.get(id) ?? id) };
}

/**
 * The organisations that a person also belongs to. They exclude the person from decisions about these organisations; a
 * membership gives no right.
 */
export const membershipsOfPerson = kind({
  after: Memberships,
  subject: "person",
  name: nameOf,
  concerns: (subjectId) => subjectId,
  before: async (tx, cx, subjectId) => {
    await requirePerson(tx, cx, subjectId);
    return membershipFacts(tx, await listMemberships(tx, subjectId));
  },
  check: async (tx, cx, { subjectId, after }) => {
    const person = await requirePerson(tx, cx, subjectId);
    if (!after.organisation_ids.includes(person.organisationId))
      throw invalidField("/organisation_ids", "leaves out the person's own organisation");
    for (const id of after.organisation_ids) await requireOrganisation(tx, cx, id);
    if ((await listMemberships(tx, subjectId)).join() === [...after.organisation_ids].sort().join())
      throw invalidField("/organisation_ids", "are the person's present organisations");
  },
  apply: async (tx, cx, { subjectId, after }) => {
    const now = await listMemberships(tx, subjectId);
    const added = after.organisation_ids.filter((id) => !now.includes(id));
    const removed = now.filter((id) => !after.organisation_ids.includes(id));
    await removeMemberships(tx, subjectId, removed);
    for (const organisation_id of added)
      await insertMembership(tx, { user_id: subjectId, organisation_id, tenant_id: cx.instance.tenantId });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "user.change",
      subjects: [`user:${subjectId}`],
      details: { memberships_added: added, memberships_removed: removed },
    });
    return undefined;
  },
});
