import "server-only";
import type { z } from "zod";
import type { Context } from "@/lib/context/context";
import { readBody } from "@/lib/http/body/read-body";
import { callOf } from "@/lib/http/endpoint/call-request";
import { originRefusal } from "@/lib/http/endpoint/check-origin";
import { parseWith } from "@/lib/http/endpoint/parse-input";
import { parseJsonBody } from "@/lib/http/endpoint/parse-json";
import { endSession } from "@/lib/identity/sessions/end-session";
import { findLiveSession } from "@/lib/identity/sessions/find-session-principal";
import { principalOf } from "@/lib/identity/sessions/principal";
import { cookieValues } from "@/lib/identity/sessions/session-token";
import { runNextAuth, type Way } from "@/lib/identity/sign-in/next-auth";
import type { SignInContext } from "@/lib/identity/sign-in/sign-in";
import type { Runtime } from "@/lib/runtime/slot";

const MAX_BODY_BYTES = 65_536;

/** One call below /api/auth, before the caller is known. */
export type SignInCall = SignInContext &
  Pick<Context, "logger"> & { readonly runtime: Runtime; readonly request: Request };

/** Returns a JSON answer with the cookies to set. */
export function json(body: unknown, setCookies: readonly string[] = []): Response {
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

/** Returns our cookies that next-auth reads. A cookie sent twice may come from another site and is left out. */
export function ownCookies(cx: SignInCall): Record<string, string> {
  const { session, csrf } = cx.site.cookies;
  const pairs = [session, csrf].flatMap((name) => {
    const [value, another] = cookieValues(cx.request.headers, name);
    const text = value === undefined || another !== undefined ? undefined : decoded(value);
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(pairs);
}

/** Returns the JSON body of a call from a page of this portal, checked by its schema. */
export async function readSent<S extends z.ZodType>(cx: SignInCall, schema: S): Promise<z.output<S>> {
  const refusal = originRefusal(cx.site, cx.request, undefined);
  if (refusal !== undefined) throw refusal;
  const sent = parseJsonBody(await readBody(callOf(cx.request), MAX_BODY_BYTES));
  parseWith(schema, sent);
  return schema.parse(sent);
}

/** Ends this browser's earlier session, because a browser has only one. */
async function endEarlier(cx: SignInCall): Promise<void> {
  const [token] = cookieValues(cx.request.headers, cx.site.cookies.session);
  const earlier = token === undefined ? undefined : await findLiveSession(cx, token);
  if (earlier === undefined) return;
  const { holder, proof, sid } = earlier;
  const principal = principalOf(holder, [], proof);
  await endSession({ ...cx, principal }, { userId: holder.userId, sid, reason: "replaced" });
}

/** Signs in by one way, and ends this browser's earlier session. */
export async function signInBy(
  cx: SignInCall,
  { name, way, csrfToken }: { readonly name: string; readonly way: Way; readonly csrfToken: string },
): Promise<Response> {
  const action = { way: name };
  const { signedIn, setCookies } = await runNextAuth(cx, {
    ways: { [name]: way },
    action,
    csrfToken,
    cookies: ownCookies(cx),
  });
  await endEarlier(cx);
  return json({ signed_in: signedIn !== undefined }, setCookies);
}
