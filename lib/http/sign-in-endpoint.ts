import "server-only";
import type { z } from "zod";
import type { ClientInfo } from "@/lib/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { originRefusal } from "@/lib/http/check-origin";
import { clientInfo } from "@/lib/http/client-info";
import { parseWith } from "@/lib/http/field-errors";
import { parseJsonBody } from "@/lib/http/parse-json";
import { internalProblem, problemHeaders, problemOf, problemResponse } from "@/lib/http/problem";
import { readBody } from "@/lib/http/read-body";
import { withHeaders } from "@/lib/http/response-headers";
import { makeChallenge } from "@/lib/identity/challenge";
import { readDemonstration } from "@/lib/identity/demonstration";
import { endSession } from "@/lib/identity/end-session";
import { findLiveSession } from "@/lib/identity/find-session-principal";
import { type AuthResult, runNextAuth } from "@/lib/identity/next-auth";
import { assertionOptions } from "@/lib/identity/passkey";
import { principalOf } from "@/lib/identity/principal";
import { PasskeySignIn, PasswordSignIn } from "@/lib/identity/schema";
import { cookieValues } from "@/lib/identity/session-token";
import type { SignInContext } from "@/lib/identity/sign-in";
import { signInWithPasskey } from "@/lib/identity/sign-in-with-passkey";
import { signInWithPassword } from "@/lib/identity/sign-in-with-password";
import { addressKey } from "@/lib/rate-limit/address-key";
import { getRuntime, type Runtime } from "@/lib/runtime";

const MAX_BODY_BYTES = 65_536;

type SignInCall = SignInContext & { readonly runtime: Runtime; readonly request: Request };

function contextOf(runtime: Runtime, request: Request, requestId: string, client: ClientInfo): SignInCall {
  return { ...runtime, client, requestId, runtime, request };
}

function json(body: unknown, setCookies: readonly string[] = []): Response {
  const response = new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
  for (const cookie of setCookies) response.headers.append("set-cookie", cookie);
  return response;
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function ownCookies(cx: SignInCall): Record<string, string> {
  const { session, csrf } = cx.site.cookies;
  const pairs = [session, csrf].flatMap((name) => {
    const [value, another] = cookieValues(cx.request.headers, name);
    const text = value === undefined || another !== undefined ? undefined : decoded(value);
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(pairs);
}

async function readSent<S extends z.ZodType>(cx: SignInCall, schema: S): Promise<z.output<S>> {
  const refusal = originRefusal(cx.site, cx.request, undefined);
  if (refusal !== undefined) throw refusal;
  const sent = parseJsonBody(await readBody(cx.request, MAX_BODY_BYTES));
  parseWith(schema, sent);
  return schema.parse(sent);
}

function typed(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}

async function byPassword(cx: SignInCall): Promise<AuthResult> {
  const { csrf_token, email, password, code, recovery_code } = await readSent(cx, PasswordSignIn);
  const input = { email, password, code: typed(code), recoveryCode: typed(recovery_code) };
  return runNextAuth(cx, {
    ways: { password: () => signInWithPassword(cx, input) },
    action: { way: "password" },
    csrfToken: csrf_token,
    cookies: ownCookies(cx),
  });
}

async function byPasskey(cx: SignInCall): Promise<AuthResult> {
  const { csrf_token, assertion } = await readSent(cx, PasskeySignIn);
  return runNextAuth(cx, {
    ways: { passkey: () => signInWithPasskey(cx, assertion) },
    action: { way: "passkey" },
    csrfToken: csrf_token,
    cookies: ownCookies(cx),
  });
}

/** A browser has one session: signing in again ends the one before. */
async function endEarlier(cx: SignInCall): Promise<void> {
  const [token] = cookieValues(cx.request.headers, cx.site.cookies.session);
  const earlier = token === undefined ? undefined : await findLiveSession(cx, token);
  if (earlier === undefined) return;
  const { holder, proof, sid } = earlier;
  const principal = principalOf(holder, [], proof);
  await endSession({ ...cx, principal }, { userId: holder.userId, sid, reason: "replaced" });
}

async function signIn(cx: SignInCall, way: (cx: SignInCall) => Promise<AuthResult>): Promise<Response> {
  const { signedIn, setCookies } = await way(cx);
  await endEarlier(cx);
  return json({ signed_in: signedIn !== undefined }, setCookies);
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

/** The calls that nobody is signed in for, by method and path below /api/auth. All else of next-auth is not served. */
const CALLS: Readonly<Record<string, (cx: SignInCall) => Promise<Response>>> = {
  "GET csrf": csrfToken,
  "GET demonstration": demonstration,
  "GET passkey/options": passkeyOptions,
  "POST callback/password": (cx) => signIn(cx, byPassword),
  "POST callback/passkey": (cx) => signIn(cx, byPasskey),
};

async function answer(cx: SignInCall, path: string): Promise<Response> {
  const address = addressKey(cx.client.address);
  try {
    const draw = await cx.limits.take("anonymous", address);
    if (!draw.success) throw new DomainError("rate.exceeded", { detail: "Try again later." });
    const call = CALLS[`${cx.request.method} ${path}`];
    if (call === undefined) throw new DomainError("request.not-found");
    return await call(cx);
  } catch (failure) {
    const error = mapDatabaseError(failure);
    // A refused sign-in has its own entry; these are counted and written once a minute.
    if (error instanceof DomainError && (error.code === "rate.exceeded" || error.code === "auth.origin"))
      await cx.runtime.failures.note(cx, address, undefined, error);
    throw error;
  }
}

/** Answers one call below /api/auth: the only way to a session. */
export async function answerSignIn(request: Request, path: string): Promise<Response> {
  const requestId = request.headers.get("x-request-id") ?? uuidv7(Date.now());
  const headers = { "x-request-id": requestId };
  const place = { requestId, instance: new URL(request.url).pathname };
  let runtime: Runtime | undefined;
  try {
    runtime = await getRuntime();
    const cx = contextOf(runtime, request, requestId, clientInfo(request.headers));
    return withHeaders(await answer(cx, path), headers, false);
  } catch (error) {
    if (error instanceof DomainError)
      return withHeaders(problemResponse(problemOf(error, place), problemHeaders(error)), headers, false);
    runtime?.logger.error({ request_id: requestId, err: error }, "a sign-in failed unexpectedly");
    return withHeaders(problemResponse(internalProblem(place)), headers, false);
  }
}
