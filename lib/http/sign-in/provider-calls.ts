import "server-only";
import { json, readSent, type SignInCall, signInBy } from "@/lib/http/sign-in/sign-in-call";
import { acceptByProvider, startInvitedProvider } from "@/lib/identity/invitations/accept-with-provider";
import { InvitationCall } from "@/lib/identity/invitations/schema";
import { readMark } from "@/lib/identity/providers/round-trip";
import { ProviderSignInReturn, ProviderSignInStart } from "@/lib/identity/providers/schema";
import {
  type Back,
  type Departure,
  signInWithProvider,
  startProviderSignIn,
} from "@/lib/identity/providers/sign-in-with-provider";
import type { SignedIn } from "@/lib/identity/sign-in/sign-in";

const depart = ({ url, setCookie }: Departure): Response => json({ url }, [setCookie]);

async function start(cx: SignInCall): Promise<Response> {
  const { email } = await readSent(cx, ProviderSignInStart);
  return depart(await startProviderSignIn(cx, email));
}

async function startInvited(cx: SignInCall): Promise<Response> {
  const { token } = await readSent(cx, InvitationCall);
  return depart(await startInvitedProvider(cx, token));
}

/** Completes a sign-in at a provider. Our own page makes this call, so that every cookie can have SameSite=Strict. */
function back(run: (cx: SignInCall, back: Back) => Promise<SignedIn>) {
  return async (cx: SignInCall): Promise<Response> => {
    const { csrf_token: csrfToken, returned } = await readSent(cx, ProviderSignInReturn);
    const mark = readMark(cx, cx.request.headers);
    return signInBy(cx, { name: "organisation", way: () => run(cx, { returned, mark }), csrfToken });
  };
}

/** Calls of a sign-in at an organisation's own identity provider, by method and path below /api/auth. */
export const PROVIDER_CALLS: Readonly<Record<string, (cx: SignInCall) => Promise<Response>>> = {
  "POST organisation": start,
  "POST invitation/organisation": startInvited,
  "POST callback/organisation": back(signInWithProvider),
  "POST callback/invitation/organisation": back(acceptByProvider),
};
