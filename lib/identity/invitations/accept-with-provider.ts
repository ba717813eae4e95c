import "server-only";
import { isUniqueViolation } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { accept } from "@/lib/identity/invitations/accept-invitation";
import { requireInvited } from "@/lib/identity/invitations/check-invitation";
import { checkTrip, isSameAddress, storeLink } from "@/lib/identity/providers/link";
import { providerRefused, refuseProviderSignIn } from "@/lib/identity/providers/refuse-provider";
import {
  type Back,
  type Departure,
  type ProviderSignInContext,
  returnToSignIn,
  startInvitedAtProvider,
} from "@/lib/identity/providers/sign-in-with-provider";
import { holdProvider } from "@/lib/identity/providers/store";
import type { SignedIn } from "@/lib/identity/sign-in/sign-in";
import { drawOnAddress } from "@/lib/identity/sign-in/throttle-sign-in";

/** The subject at the provider belongs to another account: one human is one account. */
export function linkedToAnother(): DomainError {
  return new DomainError("credential.invalid", { detail: "This sign-in is linked to another account." });
}

/** Sends an invited person to their organisation's provider. The link is not used up yet. Throws `invitation.refused`. */
export async function startInvitedProvider(cx: ProviderSignInContext, token: string): Promise<Departure> {
  const { account } = await requireInvited(cx, token);
  const { organisationId } = account.holder;
  return startInvitedAtProvider(cx, { organisationId, email: account.email, token });
}

/**
 * Takes a link with a sign-in at the organisation's provider as the first way to sign in: the subject there is this
 * person from now on. The provider must name the invited address. Throws `auth.provider`, after which the link is still
 * good, and `invitation.refused`.
 */
export async function acceptByProvider(cx: ProviderSignInContext, back: Back): Promise<SignedIn> {
  const ofAddress = await drawOnAddress(cx);
  const trip = await returnToSignIn(cx, "invitation", { ...back, ofAddress });
  const { provider, claims } = trip;
  const invited = await requireInvited(cx, trip.invitation ?? "");
  const { account } = invited;
  const refused = { provider, account, ofAddress };
  const checked = checkTrip(trip, account, cx.clock.now());
  if ("fault" in checked) throw await refuseProviderSignIn(cx, checked.fault, refused);
  if (!isSameAddress(claims.email ?? "", account.email))
    throw await refuseProviderSignIn(cx, "address", refused);
  await ofAddress.giveBack();
  const to = { tenantId: cx.instance.tenantId, userId: account.holder.userId, at: cx.clock.now() };
  try {
    return await accept(cx, invited, {
      ...{ method: "oidc", provedAt: checked.provedAt, providerId: provider.id },
      store: async (tx) => {
        if (!(await holdProvider(tx, to.tenantId, provider))) throw providerRefused("round-trip", provider);
        await storeLink(tx, trip, to);
        return undefined;
      },
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw linkedToAnother();
    if (error instanceof DomainError && error.code === "auth.provider")
      throw await refuseProviderSignIn(cx, "round-trip", refused);
    throw error;
  }
}
