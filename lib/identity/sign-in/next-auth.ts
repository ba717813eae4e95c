import "server-only";
import NextAuth, { type AuthOptions } from "next-auth";
import type { CredentialsConfig } from "next-auth/providers/credentials";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import { findLiveSession } from "@/lib/identity/sessions/find-session-principal";
import { SESSION_MS } from "@/lib/identity/sessions/session-rules";
import { encodeSessionToken } from "@/lib/identity/sessions/session-token";
import type { SignedIn, SignInContext } from "@/lib/identity/sign-in/sign-in";

// The only module that knows next-auth: its credentials flow, CSRF token and cookies. Sealport's own code decides what
// a sign-in needs and whether a session is live (identity.md).

/** A way to sign in: takes the browser's fields and returns a session, or throws the reason to refuse. */
export type Way = () => Promise<SignedIn>;

export interface AuthCall {
  readonly ways: Readonly<Record<string, Way>>;
  /** The name of the way, or `csrf` for the token that each of them needs. */
  readonly action: { readonly csrf: true } | { readonly way: string };
  readonly csrfToken?: string | undefined;
  readonly cookies: Readonly<Record<string, string>>;
}

export interface AuthResult {
  readonly csrfToken?: string;
  readonly signedIn?: SignedIn;
  readonly setCookies: readonly string[];
}

/** next-auth's Pages API: a plain request and a response that collects. */
interface ApiRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly cookies: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

class Collected {
  body: unknown;
  readonly #headers = new Map<string, unknown>();
  status(): this {
    return this;
  }
  getHeader(name: string): unknown {
    return this.#headers.get(name.toLowerCase());
  }
  setHeader(name: string, value: unknown): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }
  send(body: unknown): this {
    this.body = body;
    return this;
  }
  json(body: unknown): this {
    return this.send(body);
  }
  end(): this {
    return this;
  }
  cookies(): string[] {
    const held = this.getHeader("set-cookie");
    return Array.isArray(held) ? held.filter((one) => typeof one === "string") : [];
  }
}

type Handler = (request: ApiRequest, response: Collected) => Promise<void>;

interface Outcome {
  signedIn?: SignedIn;
  failure?: unknown;
}

function provider(id: string, way: Way, outcome: Outcome): CredentialsConfig {
  return {
    id,
    name: id,
    type: "credentials",
    credentials: {},
    authorize: async () => {
      try {
        outcome.signedIn = await way();
        return { id: outcome.signedIn.principal.userId };
      } catch (error) {
        // next-auth would put the message into an address, so the error leaves by another path.
        outcome.failure = error;
        return null;
      }
    },
  };
}

function cookieOptions(cx: SignInContext): NonNullable<AuthOptions["cookies"]> {
  const options = { httpOnly: true, sameSite: "strict", path: "/", secure: cx.site.isSecure } as const;
  const { session, csrf, callback } = cx.site.cookies;
  return {
    sessionToken: { name: session, options },
    csrfToken: { name: csrf, options },
    callbackUrl: { name: callback, options },
  };
}

function optionsOf(cx: SignInContext, call: AuthCall, outcome: Outcome): AuthOptions {
  return {
    secret: toBase64url(hmacSha256(cx.sessionSecret, utf8("sealport/next-auth/1"))),
    providers: Object.entries(call.ways).map(([id, way]) => provider(id, way, outcome)),
    session: { strategy: "jwt", maxAge: SESSION_MS / 1000 },
    cookies: cookieOptions(cx),
    callbacks: {
      jwt: () => ({ sid: outcome.signedIn?.sid }),
      redirect: () => cx.site.origin,
    },
    jwt: {
      encode: ({ token }) => {
        const sid = token?.sid;
        if (typeof sid !== "string") throw new TypeError("a session cookie needs a session");
        return encodeSessionToken(cx, sid);
      },
      // The session's row decides whether a token is valid: stateless tokens would outlive a sign-out.
      decode: async ({ token }) => {
        const session = token === undefined ? undefined : await findLiveSession(cx, token);
        return session === undefined ? null : { sid: session.sid };
      },
    },
    // Its own log lines would hold error messages. The caller gets the failures instead.
    logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  };
}

function requestOf(call: AuthCall): ApiRequest {
  const { action, csrfToken, cookies } = call;
  if ("csrf" in action)
    return { method: "GET", query: { nextauth: ["csrf"] }, body: {}, cookies, headers: {} };
  return {
    method: "POST",
    query: { nextauth: ["callback", action.way] },
    body: { csrfToken, json: "true" },
    cookies,
    headers: {},
  };
}

function csrfTokenOf(body: unknown): string | undefined {
  const token: unknown =
    typeof body === "object" && body !== null ? Reflect.get(body, "csrfToken") : undefined;
  return typeof token === "string" ? token : undefined;
}

/**
 * Runs one call through next-auth and returns the cookies to set. Throws the way's own error, or auth.origin if the
 * CSRF token does not match its cookie. The browser's fields never pass through next-auth.
 */
export async function runNextAuth(cx: SignInContext, call: AuthCall): Promise<AuthResult> {
  const outcome: Outcome = {};
  const handler: Handler = NextAuth(optionsOf(cx, call, outcome));
  const response = new Collected();
  await handler(requestOf(call), response);
  if (outcome.failure !== undefined) throw outcome.failure;
  const setCookies = response.cookies().filter((one) => !one.startsWith(`${cx.site.cookies.callback}=`));
  if ("csrf" in call.action) {
    const csrfToken = csrfTokenOf(response.body);
    return { setCookies, ...(csrfToken === undefined ? {} : { csrfToken }) };
  }
  if (outcome.signedIn === undefined)
    throw new DomainError("auth.origin", { detail: "The sign-in page has expired. Load it again." });
  return { setCookies, signedIn: outcome.signedIn };
}
