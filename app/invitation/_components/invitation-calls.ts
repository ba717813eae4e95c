import { csrfToken, send } from "@/components/client/api";
import { makePasskey } from "@/components/client/passkey";
import type { TotpSetUp } from "@/lib/identity/account/schema";
import type { InvitationView } from "@/lib/identity/invitations/schema";

// Each sends the token in its body: an address would be kept by browsers, proxies and logs. All throw CallRefused and
// NetworkLost.

/** Returns the person that the link is for. */
export async function lookAt(token: string): Promise<InvitationView> {
  return (await send("POST", "/api/auth/invitation", { body: { token } })).json();
}

/** An authenticator's secret, to be confirmed by `acceptByPassword` within five minutes. */
export async function startTotp(token: string): Promise<TotpSetUp> {
  return (await send("POST", "/api/auth/invitation/totp", { body: { token } })).json();
}

/** Has the device make a passkey and signs in by it; the cookie comes with the answer. Throws PasskeyFailed too. */
export async function acceptByPasskey(token: string, label: string): Promise<void> {
  const options: unknown = await (
    await send("POST", "/api/auth/invitation/passkey/options", { body: { token } })
  ).json();
  const attestation = await makePasskey(options);
  const body = { csrf_token: await csrfToken(), token, label, attestation };
  await send("POST", "/api/auth/callback/invitation/passkey", { body });
}

export interface FirstPassword {
  readonly password: string;
  readonly challenge: string;
  readonly code: string;
}

/** Sets password and authenticator and signs in by both. */
export async function acceptByPassword(token: string, typed: FirstPassword): Promise<void> {
  const body = { csrf_token: await csrfToken(), token, ...typed };
  await send("POST", "/api/auth/callback/invitation/password", { body });
}

/** Loads Home as the person who can sign in now. It says what they need to do next. */
export function beginAtHome(): void {
  window.location.assign("/");
}
