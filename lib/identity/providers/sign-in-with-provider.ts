import "server-only";
import type { Context } from "@/lib/context/context";
import { type DbContext, inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { domainOf } from "@/lib/identity/providers/check-claims";
import { checkTrip, linkId } from "@/lib/identity/providers/link";
import { refuseProviderSignIn } from "@/lib/identity/providers/refuse-provider";
import {
  beginRoundTrip,
  endRoundTrip,
  markBrowser,
  ownerOf,
  type Purpose,
  type Trip,
} from "@/lib/identity/providers/round-trip";
import type { ReturnedBody } from "@/lib/identity/providers/schema";
import {
  findProvider,
  findProviderOfDomain,
  hasAnyProvider,
  holdProvider,
} from "@/lib/identity/providers/store";
import { findAccountByExternalId, lockAccount } from "@/lib/identity/sign-in/credential-store";
import { openSession, type SignedIn, type SignInContext } from "@/lib/identity/sign-in/sign-in";
import { type AddressDraw, drawOnAddress } from "@/lib/identity/sign-in/throttle-sign-in";

export type ProviderSignInContext = SignInContext & Pick<Context, "logger">;

/** Returns whether the sign-in page offers the way over an organisation. */
export function hasOrganisationSignIn(cx: DbContext): Promise<boolean> {
  return inSnapshot(cx, (tx) => hasAnyProvider(tx, cx.instance.tenantId));
}

/** Where to send the browser, and the cookie by which it is known when it comes back. */
export interface Departure {
  readonly url: string;
  readonly setCookie: string;
}

/**
 * Begins a sign-in at the provider of the organisation that this address belongs to. It says nothing about whether a
 * person with the address exists. Throws `provider.not-found` and `provider.unreachable`.
 */
export async function startProviderSignIn(cx: ProviderSignInContext, email: string): Promise<Departure> {
  const domain = domainOf(email.trim());
  const provider = await inSnapshot(cx, (tx) => findProviderOfDomain(tx, cx.instance.tenantId, domain));
  if (provider === undefined)
    throw new DomainError("provider.not-found", {
      detail: `No organisation here uses its own sign-in for addresses of ${domain}. Use a passkey, or password and code.`,
    });
  const { value, setCookie } = markBrowser(cx);
  const owner = ownerOf(cx, value);
  return {
    url: await beginRoundTrip(cx, provider, { purpose: "sign-in", owner, hint: email.trim() }),
    setCookie,
  };
}

/** Begins the acceptance of an invitation at the organisation's provider. Throws as `startProviderSignIn`. */
export async function startInvitedAtProvider(
  cx: ProviderSignInContext,
  invited: { readonly organisationId: string; readonly email: string; readonly token: string },
): Promise<Departure> {
  const { organisationId, email, token } = invited;
  const provider = await inSnapshot(cx, (tx) => findProvider(tx, cx.instance.tenantId, organisationId));
  if (provider === undefined) throw new DomainError("provider.not-found");
  const { value, setCookie } = markBrowser(cx);
  const trip = { purpose: "invitation", owner: ownerOf(cx, value), invitation: token, hint: email } as const;
  return { url: await beginRoundTrip(cx, provider, trip), setCookie };
}

/** What the browser brings back, and its cookie. */
export interface Back {
  readonly returned: ReturnedBody;
  readonly mark: string | undefined;
}

/** Completes a round trip of a browser without a session. Throws `auth.provider`, which is recorded. */
export async function returnToSignIn(
  cx: ProviderSignInContext,
  purpose: Purpose,
  { returned, mark, ofAddress }: Back & { readonly ofAddress: AddressDraw },
): Promise<Trip> {
  const owner = mark === undefined ? undefined : ownerOf(cx, mark);
  const trip = await endRoundTrip(cx, { owner, purposes: [purpose] }, returned);
  if ("fault" in trip) throw await refuseProviderSignIn(cx, trip.fault, { ...trip, ofAddress });
  return trip;
}

/** Opens the session of the linked person, whose link, state, role and duties are read under their lock. */
function open(cx: ProviderSignInContext, trip: Trip) {
  const { tenantId } = cx.instance;
  const { provider, claims } = trip;
  const externalId = linkId(provider, claims.subject);
  return inTransaction(cx, async (tx) => {
    const found = await findAccountByExternalId(tx, tenantId, "oidc", externalId);
    const account = found === undefined ? undefined : await lockAccount(tx, tenantId, found.holder.userId);
    if (account?.link?.externalId !== externalId) return { fault: "unlinked" as const, account };
    if (!account.holder.isActive) return { fault: "inactive" as const, account };
    const checked = checkTrip(trip, account, cx.clock.now());
    if ("fault" in checked) return { fault: checked.fault, account };
    if (!(await holdProvider(tx, tenantId, provider))) return { fault: "round-trip" as const, account };
    const { provedAt } = checked;
    return openSession(tx, cx, account, { method: "oidc", provedAt, providerId: provider.id });
  });
}

/**
 * Signs in the person who is linked to the subject that the provider names. The link alone finds the person, never an
 * address. Throws `auth.provider` with the reason, and `provider.unreachable`.
 */
export async function signInWithProvider(cx: ProviderSignInContext, back: Back): Promise<SignedIn> {
  const ofAddress = await drawOnAddress(cx);
  const trip = await returnToSignIn(cx, "sign-in", { ...back, ofAddress });
  const opened = await open(cx, trip);
  if ("fault" in opened) {
    const { provider } = trip;
    throw await refuseProviderSignIn(cx, opened.fault, { provider, account: opened.account, ofAddress });
  }
  await ofAddress.giveBack();
  return opened;
}
