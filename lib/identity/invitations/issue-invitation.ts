import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { hasAnyFactor } from "@/lib/identity/invitations/check-invitation";
import { newInvitationToken } from "@/lib/identity/invitations/invitation-token";
import { insertInvitation, revokeInvitations } from "@/lib/identity/invitations/store";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import { findAccountByEmail, lockAccount } from "@/lib/identity/sign-in/credential-store";
import type { Site } from "@/lib/identity/sign-in/site";

/** Long enough to hand a link to a colleague, short enough that an old message holds no valid link. */
const INVITATION_HOURS = 24;

/** What making a link needs, in a transaction that is already open. */
export type LinkContext = AuditContext & SessionSecret & { readonly site: Site };
export type InvitationContext = IdentityContext & LinkContext;

/** A link with which a person sets their first way to sign in. */
export interface IssuedInvitation {
  /** Shown once, never stored. The token comes after `#`, a part that browsers do not send. */
  readonly link: string;
  readonly expiresAt: Date;
}

/**
 * Makes a link in the caller's transaction for a person who has no way to sign in yet, and ends an earlier link. The
 * caller shows it only after the commit. Throws `person.state` for a person who has one, or may not sign in.
 */
export async function issueInvitationIn(
  tx: Tx,
  cx: LinkContext,
  userId: string,
): Promise<IssuedInvitation & { readonly entry: AppendedEntry }> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  const expiresAt = new Date(now.getTime() + INVITATION_HOURS * 3_600_000);
  const id = uuidv7(now.getTime());
  const { token, hash } = newInvitationToken(cx, { id, userId, expiresAt });
  const account = await lockAccount(tx, tenantId, userId);
  if (account?.holder.isActive !== true)
    throw new DomainError("person.state", {
      detail: "No active person has this address.",
    });
  if (hasAnyFactor(account))
    throw new DomainError("person.state", {
      detail: "This person can sign in already: links are for a first sign-in only.",
    });
  const { role, duties, pseudonym } = account.holder;
  const revoked = await revokeInvitations(tx, userId, now);
  await insertInvitation(tx, {
    ...{ id, tenantId, userId, email: account.email, role, duties, hash, createdAt: now, expiresAt },
    invitedBy: cx.principal?.userId,
  });
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "invitation.create",
    subjects: [`invitation:${id}`, `user:${userId}`, ...revoked.map((old) => `invitation:${old}`)],
    details: { user: pseudonym, expires_at: expiresAt.toISOString(), replaced: revoked.length },
  });
  return { link: `${cx.site.origin}/invitation#${token}`, expiresAt, entry };
}

/** Makes a link as `issueInvitationIn` does, in its own transaction. */
export async function issueInvitation(cx: InvitationContext, userId: string): Promise<IssuedInvitation> {
  const { link, expiresAt } = await inTransaction(cx, (tx) => issueInvitationIn(tx, cx, userId));
  return { link, expiresAt };
}

/**
 * Makes a new link for an administrator who has not used the first. Only the machine's operator can call it, because no
 * administrator can sign in yet. Throws as `issueInvitation`, and `person.state` for
 * people who are not administrators.
 */
export async function reissueInvitation(
  cx: InvitationContext,
  email: string,
): Promise<IssuedInvitation & { readonly name: string; readonly email: string }> {
  const account = await inSnapshot(cx, (tx) => findAccountByEmail(tx, cx.instance.tenantId, email));
  if (account?.holder.role !== "admin")
    throw new DomainError("person.state", { detail: "No administrator has this address." });
  const { userId, name } = account.holder;
  return { name, email: account.email, ...(await issueInvitation(cx, userId)) };
}
