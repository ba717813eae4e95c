import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { hasInvitationFor } from "@/lib/administration/agreements/store";
import { deliverLink } from "@/lib/administration/people/deliver-link";
import {
  drawHandle,
  makePerson,
  needsSecondPerson,
  requireInvitable,
} from "@/lib/administration/people/invitation-kind";
import { requireOrganisation } from "@/lib/administration/people/rules";
import type { InviteAnswer, InvitedPerson, NewPerson } from "@/lib/administration/people/schema";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";

async function personOf(
  tx: Tx,
  cx: AdministrationContext,
  { reason: _reason, ...body }: NewPerson,
): Promise<InvitedPerson> {
  const { name: organisation } = await requireOrganisation(tx, cx, body.organisation_id);
  const person = { ...body, duties: [...body.duties].sort(), organisation };
  return { ...person, handle: await drawHandle(tx, person) };
}

/** Throws `agreement.open` where another open invitation names this mailbox, in any spelling. */
async function requireNoneOpen(tx: Tx, cx: AdministrationContext, email: string): Promise<void> {
  if (await hasInvitationFor(tx, cx.instance.tenantId, email))
    throw new DomainError("agreement.open", {
      detail: "An invitation for this mailbox already waits for a second person.",
    });
}

/** Makes account and link, or returns undefined where a second administrator has to agree. */
async function inviteNow(cx: AdministrationContext, body: NewPerson): Promise<InviteAnswer | undefined> {
  const userId = uuidv7(cx.clock.nowMs());
  const invited = await inTransaction(cx, async (tx) => {
    if (await needsSecondPerson(tx, cx, body)) return undefined;
    const person = await personOf(tx, cx, body);
    await requireNoneOpen(tx, cx, body.email);
    await requireInvitable(tx, cx, person);
    return makePerson(tx, cx, userId, person, body.reason);
  });
  if (invited === undefined) return undefined;
  const invitation = await deliverLink(cx, invited.made);
  const receipt = await issueReceipt(cx, invited.entry);
  return { user_id: userId, state: "invited", agreement: null, invitation, receipt };
}

/**
 * Invites a person. A client or a provider gets their link at once if they are the first of their participant and it has
 * no records. All others get it when a second administrator has agreed; until then there is no account. Throws
 * `person.mailbox`, `person.address`, `person.duties`, `organisation.not-found`, `organisation.state`,
 * `agreement.open`, and `request.invalid` where an agreement lacks its reason.
 */
export async function invitePerson(cx: AdministrationContext, body: NewPerson): Promise<InviteAnswer> {
  const invited = await inviteNow(cx, body);
  if (invited !== undefined) return invited;
  const { reason } = body;
  if (reason === undefined) throw invalidField("/reason", "is missing");
  const userId = uuidv7(cx.clock.nowMs());
  const after = await inTransaction(cx, async (tx) => {
    await requireNoneOpen(tx, cx, body.email);
    return personOf(tx, cx, body);
  });
  const asked = { kind: "invitation", subjectId: userId, after, reason } as const;
  const agreement = await askAgreement(cx, asked);
  return { user_id: userId, state: "asked", agreement, invitation: null, receipt: agreement.receipt };
}
