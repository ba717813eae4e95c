import "server-only";
import { z } from "zod";
import { kind, type MadeLink } from "@/lib/administration/agreements/kind";
import { ResetFacts, requireCallBack } from "@/lib/administration/people/officer-reset";
import { requireOrganisation, requirePerson } from "@/lib/administration/people/rules";
import { listFactors, revokeFactors } from "@/lib/administration/people/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { issueInvitationIn, type LinkContext } from "@/lib/identity/invitations/issue-invitation";
import { changeStateIn } from "@/lib/identity/people/change-state";
import { findEmail } from "@/lib/identity/people/people-store";
import { findUserState } from "@/lib/identity/people/store";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";

/** Removes every factor of a person in the caller's transaction, with its entry. */
export async function revokeFactorsIn(tx: Tx, cx: AuditContext, userId: string): Promise<number> {
  const count = await revokeFactors(tx, userId, cx.clock.now());
  if (count === 0) return 0;
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "credential.revoke",
    subjects: [`user:${userId}`],
    details: { all: true, count },
  });
  return count;
}

async function linkFor(tx: Tx, cx: LinkContext, userId: string, name: string): Promise<MadeLink> {
  const link = await issueInvitationIn(tx, cx, userId);
  return { ...link, userId, name, email: await findEmail(tx, userId) };
}

/** A person lost their way to sign in: every factor is removed, sessions end, and a new link is made. */
export const resetOfSignIn = kind({
  after: ResetFacts,
  subject: "person",
  name: async (tx, cx, { subjectId }) => (await requirePerson(tx, cx, subjectId)).name,
  concerns: (subjectId) => subjectId,
  before: async (tx, _cx, subjectId) => {
    const factors = (await listFactors(tx, subjectId)).filter(({ kind: name }) => name !== "recovery");
    return { factors: factors.map((one) => `${one.kind} ${one.id.slice(-12)}`) };
  },
  check: async (tx, cx, { subjectId, after }) => {
    const person = await requirePerson(tx, cx, subjectId);
    if (!person.isActive)
      throw new DomainError("person.state", {
        detail: "The person is not active. End the suspension first.",
      });
    if ((await listFactors(tx, subjectId)).length === 0)
      throw new DomainError("person.state", { detail: "The person has no factor yet. Send the link again." });
    await requireCallBack(tx, cx, person, after);
  },
  holdsUntil: (after) => (after.not_before === undefined ? undefined : new Date(after.not_before)),
  apply: async (tx, cx, { subjectId }) => {
    const { name } = await requirePerson(tx, cx, subjectId);
    await revokeFactorsIn(tx, cx, subjectId);
    await endSessionsIn(tx, cx, { userId: subjectId, reason: "factors-changed" });
    return linkFor(tx, cx, subjectId, name);
  },
});

const StateFacts = z.strictObject({ state: z.literal("active") });

/** A suspended person comes back, or one who left. Without a factor they get a link. */
export const resumeOfPerson = kind({
  after: StateFacts,
  subject: "person",
  name: async (tx, cx, { subjectId }) => (await requirePerson(tx, cx, subjectId)).name,
  concerns: (subjectId) => subjectId,
  before: async (tx, cx, subjectId) => {
    const { role, duties } = await requirePerson(tx, cx, subjectId);
    return { state: await findUserState(tx, subjectId), role, duties: [...duties].sort() };
  },
  check: async (tx, cx, { subjectId }) => {
    const person = await requirePerson(tx, cx, subjectId);
    await requireOrganisation(tx, cx, person.organisationId);
    if ((await findUserState(tx, subjectId)) === "active")
      throw new DomainError("person.state", { detail: "The person is active already." });
  },
  apply: async (tx, cx, { subjectId, reason }) => {
    const { name } = await requirePerson(tx, cx, subjectId);
    await changeStateIn(tx, cx, { userId: subjectId, to: "active", reason });
    const isBare = (await listFactors(tx, subjectId)).length === 0;
    return isBare ? linkFor(tx, cx, subjectId, name) : undefined;
  },
});
