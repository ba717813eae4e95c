import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import { requireInvited } from "@/lib/identity/invitations/check-invitation";
import type { InvitationView } from "@/lib/identity/invitations/schema";
import { readOrganisationName } from "@/lib/identity/people/read-organisation-name";
import { findProvider } from "@/lib/identity/providers/store";
import { makeChallenge } from "@/lib/identity/sign-in/challenge-store";
import { drawTotpSetUp } from "@/lib/identity/sign-in/draw-totp-set-up";
import { registrationOptions } from "@/lib/identity/sign-in/passkey-registration";
import type { SignInContext } from "@/lib/identity/sign-in/sign-in";

/**
 * Returns the person a link is for. Viewing does not use the link up. Throws `invitation.refused` and `rate.exceeded`.
 */
export async function viewInvitation(cx: SignInContext, token: string): Promise<InvitationView> {
  const { invitation, account } = await requireInvited(cx, token);
  const { name, role, duties, organisationId } = account.holder;
  const { tenantId } = cx.instance;
  const provider = await inSnapshot(cx, (tx) => findProvider(tx, tenantId, organisationId));
  return {
    name,
    email: account.email,
    organisation: await readOrganisationName(cx, organisationId),
    role,
    duties: [...duties],
    expires_at: invitation.expiresAt.toISOString(),
    organisation_sign_in: provider !== undefined,
  };
}

/** Returns options for the first passkey. Only this link may answer them. Throws as `viewInvitation`. */
export async function startInvitedPasskey(cx: SignInContext, token: string) {
  const { invitation, account } = await requireInvited(cx, token);
  const { userId } = account.holder;
  const { challenge } = await makeChallenge(cx, { kind: "register", userId, sid: invitation.id });
  return registrationOptions(cx.site, account, challenge);
}

/** Returns an authenticator's secret. Only this link may confirm it. Throws as `viewInvitation`. */
export async function startInvitedTotp(cx: SignInContext, token: string) {
  const { invitation, account } = await requireInvited(cx, token);
  return drawTotpSetUp(cx, account, invitation.id);
}
