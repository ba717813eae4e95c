import "server-only";
import { addressKey } from "@/lib/addresses";
import type { ClientInfo } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { clientInfo } from "@/lib/http/endpoint/client-info";
import { withHeaders } from "@/lib/http/endpoint/http-answer";
import { internalProblem, problemHeaders, problemOf, problemResponse } from "@/lib/http/endpoint/problem";
import { INVITATION_CALLS } from "@/lib/http/sign-in/invitation-calls";
import { PROVIDER_CALLS } from "@/lib/http/sign-in/provider-calls";
import { SETUP_CALLS } from "@/lib/http/sign-in/setup-calls";
import { json, ownCookies, readSent, type SignInCall, signInBy } from "@/lib/http/sign-in/sign-in-call";
import { PasskeySignIn, PasswordSignIn } from "@/lib/identity/schema";
import { makeChallenge } from "@/lib/identity/sign-in/challenge-store";
import { readDemonstration } from "@/lib/identity/sign-in/demonstration";
import { knownBrowser, rememberBrowser } from "@/lib/identity/sign-in/known-browser";
import { runNextAuth } from "@/lib/identity/sign-in/next-auth";
import { assertionOptions } from "@/lib/identity/sign-in/passkey";
import { signInWithPasskey } from "@/lib/identity/sign-in/sign-in-with-passkey";
import { signInWithPassword } from "@/lib/identity/sign-in/sign-in-with-password";
import { limitHeaders, policyHeader } from "@/lib/rate-limit/limits";
import { getRuntime, type Runtime } from "@/lib/runtime/slot";
import { factsOfRequest } from "@/lib/telemetry/request-facts";

function contextOf(runtime: Runtime, request: Request, requestId: string, client: ClientInfo): SignInCall {
  return { ...runtime, client, requestId, runtime, request };
}

function typed(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}

async function byPassword(cx: SignInCall): Promise<Response> {
  const { csrf_token: csrfToken, email, password, code, recovery_code } = await readSent(cx, PasswordSignIn);
  const browser = knownBrowser(cx, email, cx.request.headers);
  const input = { email, password, code: typed(code), recoveryCode: typed(recovery_code), browser };
  const response = await signInBy(cx, {
    name: "password",
    way: () => signInWithPassword(cx, input),
    csrfToken,
  });
  response.headers.append("set-cookie", rememberBrowser(cx, email));
  return response;
}

async function byPasskey(cx: SignInCall): Promise<Response> {
  const { csrf_token: csrfToken, assertion } = await readSent(cx, PasskeySignIn);
  return signInBy(cx, { name: "passkey", way: () => signInWithPasskey(cx, assertion), csrfToken });
}

async function csrfToken(cx: SignInCall): Promise<Response> {
  const result = await runNextAuth(cx, { ways: {}, action: { csrf: true }, cookies: ownCookies(cx) });
  return json({ csrf_token: result.csrfToken }, result.setCookies);
}

async function passkeyOptions(cx: SignInCall): Promise<Response> {
  const { challenge } = await makeChallenge(cx, { kind: "sign_in" });
  return json(await assertionOptions(cx.site, challenge, []));
}

async function demonstration(cx: SignInCall): Promise<Response> {
  const found = await readDemonstration(cx.runtime, cx.request.headers.get("host"));
  if (found === undefined) throw new DomainError("request.not-found");
  return json(found);
}

/** The calls that need no sign-in, by method and path below /api/auth. All other calls of next-auth are refused. */
const CALLS: Readonly<Record<string, (cx: SignInCall) => Promise<Response>>> = {
  "GET csrf": csrfToken,
  "GET demonstration": demonstration,
  "GET passkey/options": passkeyOptions,
  "POST callback/password": byPassword,
  "POST callback/passkey": byPasskey,
  ...INVITATION_CALLS,
  ...SETUP_CALLS,
  ...PROVIDER_CALLS,
};

async function answer(cx: SignInCall, path: string, headers: Record<string, string>): Promise<Response> {
  const address = addressKey(cx.client.address);
  try {
    const draw = await cx.limits.take("anonymous", address);
    Object.assign(headers, limitHeaders(draw, cx.clock.nowMs()));
    if (!draw.success) throw new DomainError("rate.exceeded", { detail: "Try again later." });
    const call = CALLS[`${cx.request.method} ${path}`];
    if (call === undefined) throw new DomainError("request.not-found");
    return await call(cx);
  } catch (failure) {
    const error = mapDatabaseError(failure);
    // A refused sign-in or link has its own entry; these are counted and written once a minute.
    if (error instanceof DomainError && (error.code === "rate.exceeded" || error.code === "auth.origin"))
      await cx.runtime.failures.note(cx, address, undefined, error);
    throw error;
  }
}

/** Answers one call below /api/auth: the only way to a session. */
export async function answerSignIn(request: Request, path: string): Promise<Response> {
  const requestId = request.headers.get("x-request-id") ?? uuidv7(Date.now());
  const headers: Record<string, string> = { "x-request-id": requestId };
  const place = { requestId, instance: new URL(request.url).pathname };
  const facts = factsOfRequest(requestId);
  if (facts !== undefined) facts.operation = "sign-in";
  let runtime: Runtime | undefined;
  try {
    runtime = await getRuntime();
    const cx = contextOf(runtime, request, requestId, clientInfo(request.headers));
    Object.assign(headers, policyHeader(runtime.limits.policy("anonymous")));
    return withHeaders(await answer(cx, path, headers), headers, false);
  } catch (error) {
    if (facts !== undefined) facts.code = error instanceof DomainError ? error.code : "service.internal";
    if (error instanceof DomainError)
      return withHeaders(problemResponse(problemOf(error, place), problemHeaders(error)), headers, false);
    runtime?.logger.error({ request_id: requestId, err: error }, "a sign-in failed unexpectedly");
    return withHeaders(problemResponse(internalProblem(place)), headers, false);
  }
}
