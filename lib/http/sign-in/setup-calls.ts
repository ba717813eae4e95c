import "server-only";
import { proofOf } from "@/lib/administration/readiness/reach-address";
import { SetupAdministrator, SetupCall, SetupOrganisation } from "@/lib/administration/setup/schema";
import { nameFirst, saveOrganisation, viewSetup } from "@/lib/administration/setup/steps";
import { DomainError } from "@/lib/errors";
import { json, readSent, type SignInCall } from "@/lib/http/sign-in/sign-in-call";

const contextOf = (cx: SignInCall) => ({ ...cx, setupToken: cx.runtime.setupToken });

const NONCE = /^[A-Za-z0-9_-]{22}$/;

/** Answers a portal's own readiness check with a proof that only a portal of this instance can make. */
async function prove(cx: SignInCall): Promise<Response> {
  const nonce = new URL(cx.request.url).searchParams.get("nonce") ?? "";
  if (!NONCE.test(nonce)) throw new DomainError("request.not-found");
  return json({ proof: proofOf(cx, nonce) });
}

/**
 * Calls of the page /setup before anyone can sign in, by method and path below /api/auth. POST calls have the link's
 * token in the body, never in the path.
 */
export const SETUP_CALLS: Readonly<Record<string, (cx: SignInCall) => Promise<Response>>> = {
  "GET setup/proof": prove,
  "POST setup": async (cx) => json(await viewSetup(contextOf(cx), await readSent(cx, SetupCall))),
  "POST setup/organisation": async (cx) =>
    json(await saveOrganisation(contextOf(cx), await readSent(cx, SetupOrganisation))),
  "POST setup/administrator": async (cx) =>
    json(await nameFirst(contextOf(cx), await readSent(cx, SetupAdministrator))),
};
