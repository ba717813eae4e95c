import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { isUniqueViolation } from "@/lib/db/errors";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  type AccountContext,
  changeOwnAccount,
  ownAccount,
  requireOwnProof,
} from "@/lib/identity/account/account-context";
import {
  endOthersAfterChange,
  recordFactorChange,
  refuseLastFactor,
} from "@/lib/identity/account/change-factors";
import { countFailedProof } from "@/lib/identity/account/step-up";
import { linkedToAnother } from "@/lib/identity/invitations/accept-with-provider";
import { checkTrip, isSameAddress, linkId, provesByProvider, storeLink } from "@/lib/identity/providers/link";
import type { Provider } from "@/lib/identity/providers/provider";
import { type ProviderRefusal, providerRefused } from "@/lib/identity/providers/refuse-provider";
import { beginRoundTrip, endRoundTrip, ownerOf, type Trip } from "@/lib/identity/providers/round-trip";
import type { Departed, OwnDone, ReturnedBody } from "@/lib/identity/providers/schema";
import { findProvider, holdProvider } from "@/lib/identity/providers/store";
import { refreshProof } from "@/lib/identity/sessions/store";
import { type Account, revokeCredentials } from "@/lib/identity/sign-in/credential-store";

type OwnPurpose = OwnDone["purpose"];

/** Returns the provider of the caller's own organisation. */
export function ownProvider(cx: AccountContext): Promise<Provider | undefined> {
  const { tenantId } = cx.instance;
  return inSnapshot(cx, (tx) => findProvider(tx, tenantId, cx.principal.organisationId));
}

/**
 * Sends the caller to their organisation's provider, which asks them to sign in again: to link that sign-in to this
 * account, or to renew the session's proof. Throws `provider.not-found`, `provider.unreachable` and `auth.provider`.
 */
export async function startOwnProvider(cx: AccountContext, purpose: OwnPurpose): Promise<Departed> {
  const account = purpose === "link" ? await requireOwnProof(cx) : await ownAccount(cx);
  const provider = await ownProvider(cx);
  if (provider === undefined) throw new DomainError("provider.not-found");
  if (purpose === "step-up" && !provesByProvider(account))
    throw providerRefused(account.link === undefined ? "unlinked" : "passkey", provider);
  const { sessionId } = cx.session;
  const trip = { purpose, owner: ownerOf(cx, sessionId), userId: cx.principal.userId, hint: account.email };
  return { url: await beginRoundTrip(cx, provider, trip) };
}

async function refuse(
  cx: AccountContext,
  purpose: OwnPurpose | undefined,
  { fault, provider }: { readonly fault: ProviderRefusal; readonly provider?: Provider | undefined },
): Promise<DomainError> {
  await recordEvent(cx, {
    class: "identity",
    outcome: "denied",
    action: purpose === "link" ? "credential.create" : "session.step_up",
    subjects: [],
    details: { fault, method: "oidc" },
  });
  const refusal = await countFailedProof(cx, providerRefused(fault, provider));
  refusal.isRecorded = true;
  return refusal;
}

async function requireInForce(tx: Tx, cx: AccountContext, { provider }: Trip): Promise<void> {
  if (!(await holdProvider(tx, cx.instance.tenantId, provider)))
    throw providerRefused("round-trip", provider);
}

async function link(cx: AccountContext, trip: Trip): Promise<OwnDone> {
  const at = cx.clock.now();
  const to = { tenantId: cx.instance.tenantId, userId: cx.principal.userId, at };
  const { userId } = to;
  try {
    await changeOwnAccount(cx, async (tx, account) => {
      await requireInForce(tx, cx, trip);
      // A newer link takes the place of the one before.
      if (account.link !== undefined) await revokeCredentials(tx, { userId, kind: "oidc", at });
      const id = await storeLink(tx, trip, to);
      await recordFactorChange(tx, cx, "credential.create", { factor: "oidc", credential: id });
      if (account.link !== undefined) {
        await recordFactorChange(tx, cx, "credential.revoke", {
          factor: "oidc",
          credential: account.link.id,
        });
        await endOthersAfterChange(tx, cx);
      }
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw linkedToAnother();
    throw error;
  }
  return { purpose: "link", proved_at: at.toISOString() };
}

async function renewProof(cx: AccountContext, trip: Trip, provedAt: Date): Promise<OwnDone> {
  await inTransaction(cx, async (tx) => {
    await requireInForce(tx, cx, trip);
    if (!(await refreshProof(tx, cx.session.sessionId, { at: provedAt, method: "oidc" })))
      throw new DomainError("auth.session", { detail: "Sign in again." });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "session.step_up",
      subjects: [`session:${cx.session.sessionId}`, `user:${cx.principal.userId}`],
      details: { method: "oidc" },
    });
  });
  return { purpose: "step-up", proved_at: provedAt.toISOString() };
}

/**
 * Returns why the caller's own return is refused: another subject or address, or a passkey that was added meanwhile.
 */
function ownFault(trip: Trip, account: Account): ProviderRefusal | undefined {
  const { purpose, provider, claims } = trip;
  if (purpose === "link") return isSameAddress(claims.email ?? "", account.email) ? undefined : "address";
  if (account.link?.externalId !== linkId(provider, claims.subject)) return "unlinked";
  return account.passkeys.length === 0 ? undefined : "passkey";
}

/**
 * Completes what `startOwnProvider` began in this session. The provider must have asked the person to sign in after
 * that. Ten refusals end the session, as for other proofs. Throws `auth.provider`, which is recorded.
 */
export async function finishOwnProvider(cx: AccountContext, returned: ReturnedBody): Promise<OwnDone> {
  const owner = ownerOf(cx, cx.session.sessionId);
  const trip = await endRoundTrip(cx, { owner, purposes: ["link", "step-up"] }, returned);
  if ("fault" in trip) throw await refuse(cx, undefined, trip);
  const purpose = trip.purpose === "link" ? "link" : "step-up";
  const account = await ownAccount(cx);
  const checked = checkTrip(trip, account, cx.clock.now());
  const fault = "fault" in checked ? checked.fault : ownFault(trip, account);
  if (fault !== undefined || "fault" in checked)
    throw await refuse(cx, purpose, { fault: fault ?? "token", provider: trip.provider });
  return purpose === "link" ? link(cx, trip) : renewProof(cx, trip, checked.provedAt);
}

/** Removes the caller's link. Throws `credential.not-found`, and `credential.last` where no other way to sign in is left. */
export async function removeOwnLink(cx: AccountContext): Promise<{ removed: boolean }> {
  const { userId } = cx.principal;
  await changeOwnAccount(cx, async (tx, account) => {
    if (account.link === undefined) throw new DomainError("credential.not-found");
    refuseLastFactor(account, { hasTotp: account.totp !== undefined, passkeys: account.passkeys.length });
    await revokeCredentials(tx, { userId, kind: "oidc", at: cx.clock.now() });
    await recordFactorChange(tx, cx, "credential.revoke", { factor: "oidc", credential: account.link.id });
    await endOthersAfterChange(tx, cx);
  });
  return { removed: true };
}
