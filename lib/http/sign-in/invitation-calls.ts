import "server-only";
import { json, readSent, type SignInCall, signInBy } from "@/lib/http/sign-in/sign-in-call";
import { acceptByPasskey, acceptByPassword } from "@/lib/identity/invitations/accept-invitation";
import { AcceptByPasskey, AcceptByPassword, InvitationCall } from "@/lib/identity/invitations/schema";
import {
  startInvitedPasskey,
  startInvitedTotp,
  viewInvitation,
} from "@/lib/identity/invitations/view-invitation";

/** A call that starts an act with a link's token and does not use it up. */
function withToken(run: (cx: SignInCall, token: string) => Promise<unknown>) {
  return async (cx: SignInCall): Promise<Response> => {
    const { token } = await readSent(cx, InvitationCall);
    return json(await run(cx, token));
  };
}

async function byPasskey(cx: SignInCall): Promise<Response> {
  const { csrf_token: csrfToken, ...input } = await readSent(cx, AcceptByPasskey);
  return signInBy(cx, { name: "invitation", way: () => acceptByPasskey(cx, input), csrfToken });
}

async function byPassword(cx: SignInCall): Promise<Response> {
  const { csrf_token: csrfToken, ...input } = await readSent(cx, AcceptByPassword);
  return signInBy(cx, { name: "invitation", way: () => acceptByPassword(cx, input), csrfToken });
}

/** Calls of the page /invitation, by method and path below /api/auth. The token is in the body of each, never in its path. */
export const INVITATION_CALLS: Readonly<Record<string, (cx: SignInCall) => Promise<Response>>> = {
  "POST invitation": withToken(viewInvitation),
  "POST invitation/passkey/options": withToken(startInvitedPasskey),
  "POST invitation/totp": withToken(startInvitedTotp),
  "POST callback/invitation/passkey": byPasskey,
  "POST callback/invitation/password": byPassword,
};
