import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import type { AgreementAnswer } from "@/lib/administration/agreements/schema";
import { deliverLink } from "@/lib/administration/people/deliver-link";
import { requireForeignNumber, resetFacts } from "@/lib/administration/people/officer-reset";
import { requirePerson } from "@/lib/administration/people/rules";
import type { DutiesBody, ResentAnswer, ResetAnswer, ResetBody } from "@/lib/administration/people/schema";
import { membershipFacts } from "@/lib/administration/people/standing-kinds";
import { tellOfReset } from "@/lib/administration/people/tell-of-reset";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { issueInvitationIn } from "@/lib/identity/invitations/issue-invitation";
import { findEmail } from "@/lib/identity/people/people-store";

/**
 * Makes a new link for a person who has no way to sign in yet; the previous one no longer works. The person has been
 * agreed to already, so one administrator does it. Throws `person.not-found` and `person.state`.
 */
export async function resendLink(cx: AdministrationContext, userId: string): Promise<ResentAnswer> {
  const { made, entry } = await inTransaction(cx, async (tx) => {
    const { name } = await requirePerson(tx, cx, userId);
    const link = await issueInvitationIn(tx, cx, userId);
    return { made: { ...link, userId, name, email: await findEmail(tx, userId) }, entry: link.entry };
  });
  const invitation = await deliverLink(cx, made);
  return { user_id: userId, invitation, receipt: await issueReceipt(cx, entry) };
}

/** Asks for another role or other duties of a person. */
export function askDuties(
  cx: Context,
  userId: string,
  { role, duties, reason }: DutiesBody,
): Promise<AgreementAnswer> {
  const after = { role, duties: [...duties].sort() };
  return askAgreement(cx, { kind: "duties", subjectId: userId, after, reason });
}

/** Asks for the organisations that a person also belongs to. */
export async function askMemberships(
  cx: Context,
  userId: string,
  {
    organisation_ids: ids,
    reason,
  }: { readonly organisation_ids: readonly string[]; readonly reason: string },
): Promise<AgreementAnswer> {
  const after = await inSnapshot(cx, (tx) => membershipFacts(tx, ids));
  return askAgreement(cx, { kind: "membership", subjectId: userId, after, reason });
}

/**
 * Asks that a person's factors be removed and a new link made. For an agency's officer the callback is named, no one can
 * agree for 24 hours, and the officer and the contacts get a mail. Throws `person.officer`.
 */
export async function askReset(
  cx: AdministrationContext,
  userId: string,
  { reason, call }: ResetBody,
): Promise<ResetAnswer> {
  if (call !== undefined) await inSnapshot(cx, (tx) => requireForeignNumber(tx, cx, userId, call));
  const after = resetFacts(call, cx.clock.now());
  const asked = await askAgreement(cx, { kind: "reset", subjectId: userId, after, reason });
  if (call === undefined || after.not_before === undefined) return { ...asked, told: [] };
  const { contacts } = call;
  const email = await inSnapshot(cx, (tx) => findEmail(tx, userId));
  const reset = { name: asked.subject.name, email, contacts, from: new Date(after.not_before) };
  return { ...asked, told: await tellOfReset(cx, reset) };
}

/** Asks that a suspended person may act again, or that one who left comes back. */
export function askResume(cx: Context, userId: string, reason: string): Promise<AgreementAnswer> {
  return askAgreement(cx, { kind: "resume", subjectId: userId, after: { state: "active" }, reason });
}
