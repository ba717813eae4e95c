import "server-only";
import { recordEvent } from "@/lib/audit/record/record-event";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isInvitationSecret, readInvitationToken } from "@/lib/identity/invitations/invitation-token";
import { findInvitation, type StoredInvitation } from "@/lib/identity/invitations/store";
import { standingOf } from "@/lib/identity/sessions/principal";
import { type Account, findAccount } from "@/lib/identity/sign-in/credential-store";
import type { SignInContext } from "@/lib/identity/sign-in/sign-in";
import { drawOnAddress } from "@/lib/identity/sign-in/throttle-sign-in";

/** Why a link was refused, for the log only. The caller learns only that the link no longer works. */
export type InvitationFault =
  | "unknown"
  | "used"
  | "replaced"
  | "expired"
  | "inactive"
  /** The person's address, role or duties have changed since the link was made. */
  | "changed"
  /** The person already has a way to sign in. */
  | "enrolled";

/** A good link, with the person it is for. */
export interface Invited {
  readonly invitation: StoredInvitation;
  readonly account: Account;
}

type CheckedInvitation = Invited | (Partial<Invited> & { readonly fault: InvitationFault });

/** Returns whether the person has any way to sign in, complete or in part. */
export function hasAnyFactor({ passwordHash, totp, passkeys, link }: Account): boolean {
  return passwordHash !== undefined || totp !== undefined || passkeys.length > 0 || link !== undefined;
}

/** Returns why a link cannot be used now. The order only decides which reason the log names. */
export function invitationFault(
  { invitation, account }: Invited,
  now: Date,
): Exclude<InvitationFault, "unknown"> | undefined {
  const { holder, email } = account;
  if (invitation.usedAt !== null) return "used";
  if (invitation.revokedAt !== null) return "replaced";
  if (now >= invitation.expiresAt) return "expired";
  if (!holder.isActive) return "inactive";
  const invited = [...invitation.duties].sort();
  if (invitation.email !== email || standingOf(holder) !== [invitation.role, ...invited].join(" "))
    return "changed";
  return hasAnyFactor(account) ? "enrolled" : undefined;
}

async function checkToken(cx: SignInContext, token: string): Promise<CheckedInvitation> {
  const given = readInvitationToken(token);
  if (given === undefined) return { fault: "unknown" };
  return inSnapshot(cx, async (tx): Promise<CheckedInvitation> => {
    const { tenantId } = cx.instance;
    const invitation = await findInvitation(tx, tenantId, given.id);
    // Without the right secret even the log must not show whose link was tried.
    if (invitation === undefined || !isInvitationSecret(cx, invitation, given.secret))
      return { fault: "unknown" };
    const account = await findAccount(tx, tenantId, invitation.userId);
    if (account === undefined) return { fault: "unknown" };
    const invited = { invitation, account };
    const fault = invitationFault(invited, cx.clock.now());
    return fault === undefined ? invited : { ...invited, fault };
  });
}

/** Records a refused link and returns the error to throw: the same one for every fault. The token is not kept. */
export async function refuseInvitation(
  cx: SignInContext,
  fault: InvitationFault,
  { invitation, account }: Partial<Invited>,
): Promise<DomainError> {
  await recordEvent(cx, {
    class: "identity",
    outcome: "denied",
    action: "invitation.use",
    subjects: invitation === undefined ? [] : [`invitation:${invitation.id}`],
    details: { fault, ...(account === undefined ? {} : { user: account.holder.pseudonym }) },
  });
  return new DomainError("invitation.refused", {
    detail: "A link works once, within 24 hours, until a newer one replaces it. Ask for a new one.",
  });
}

/**
 * Returns the person a link is for, if the link is good. A bad link draws on the budget of the address. Throws
 * `invitation.refused`, which is recorded, and `rate.exceeded` for a bad link when that budget is spent.
 */
export async function requireInvited(cx: SignInContext, token: string): Promise<Invited> {
  const ofAddress = await drawOnAddress(cx);
  const checked = await checkToken(cx, token);
  if ("fault" in checked) {
    ofAddress.refuseWrong();
    throw await refuseInvitation(cx, checked.fault, checked);
  }
  await ofAddress.giveBack();
  return checked;
}
