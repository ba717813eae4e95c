import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import { type AccountContext, ownAccount } from "@/lib/identity/account/account-context";
import { ownProvider } from "@/lib/identity/account/own-provider";
import type { AccountView, PasskeyView, SessionView } from "@/lib/identity/account/schema";
import { readOrganisationName } from "@/lib/identity/people/read-organisation-name";
import type { Provider } from "@/lib/identity/providers/provider";
import { hostOf } from "@/lib/identity/providers/provider-client";
import { isPrivileged } from "@/lib/identity/sessions/privileged";
import { type ListedSession, listSessionsOf } from "@/lib/identity/sessions/store";
import type { Account, StoredPasskey } from "@/lib/identity/sign-in/credential-store";

export function passkeyView({ id, label, createdAt, usedAt }: StoredPasskey): PasskeyView {
  return { id, label, created_at: createdAt.toISOString(), used_at: usedAt?.toISOString() ?? null };
}

function sessionView(session: ListedSession, currentSid: string): SessionView {
  return {
    id: session.sid,
    device: session.device,
    method: session.method,
    created_at: session.createdAt.toISOString(),
    last_seen_at: session.lastSeenAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    is_current: session.sid === currentSid,
  };
}

function linkView({ link }: Account, provider: Provider | undefined): AccountView["organisation_sign_in"] {
  if (link === undefined && provider === undefined) return null;
  return {
    host: provider === undefined ? null : hostOf(provider.issuer),
    linked_at: link?.createdAt.toISOString() ?? null,
  };
}

/** Returns the caller's own account: name, sign-in factors and sessions. */
export async function viewAccount(cx: AccountContext): Promise<AccountView> {
  const { principal } = cx;
  const account = await ownAccount(cx);
  const sessions = await inSnapshot(cx, (tx) => listSessionsOf(tx, principal.userId, cx.clock.now()));
  return {
    name: principal.name,
    email: account.email,
    handle: principal.handle,
    organisation: await readOrganisationName(cx, principal.organisationId),
    role: principal.role,
    duties: [...principal.duties],
    has_password: account.passwordHash !== undefined,
    needs_second_factor: isPrivileged(principal),
    totp: account.totp === undefined ? null : { created_at: account.totp.createdAt.toISOString() },
    recovery_codes_left: account.recovery.length,
    passkeys: account.passkeys.map(passkeyView),
    organisation_sign_in: linkView(account, await ownProvider(cx)),
    sessions: sessions.map((session) => sessionView(session, cx.session.sessionId)),
  };
}
