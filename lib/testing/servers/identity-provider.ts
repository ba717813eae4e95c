import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import Provider, { type TokenContext } from "oidc-provider";

/** A person of the provider's directory. */
export interface Subject {
  readonly email?: string | undefined;
  readonly email_verified?: boolean;
  readonly groups?: readonly string[];
}

/** How the next person signs in there. */
export interface NextSignIn {
  sub: string;
  amr?: readonly string[];
  acr?: string;
  /** When, in seconds since 1970; now where it is absent. */
  ts?: number;
}

export interface TestIdentityProvider {
  readonly issuer: string;
  readonly people: Map<string, Subject>;
  /** Absent: the browser is shown a page with one button for each person. */
  next: NextSignIn | undefined;
  /** Refuses the next sign-in, as a person does who cancels. */
  cancels: boolean;
  /** Changes the claims of each ID token before it is signed by the provider's own key; a promise is awaited. */
  twist: ((claims: Record<string, unknown>) => unknown) | undefined;
  /** Answers everything with 503. */
  isDown: boolean;
  /** Another issuer in its configuration than the one it is at. */
  namedIssuer: string | undefined;
  /** Takes the private key that this client's assertions are checked with. */
  addClient(client: Record<string, unknown>): void;
  close(): Promise<void>;
}

async function resign(context: TokenContext, key: JWK, twist: (claims: Record<string, unknown>) => unknown) {
  const body: Record<string, unknown> = Object(context.body);
  if (typeof body.id_token !== "string") return;
  const claims: Record<string, unknown> = decodeJwt(body.id_token);
  await twist(claims);
  const signed = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: key.kid ?? "" })
    .sign(await importJWK(key, "RS256"));
  context.body = { ...body, id_token: signed };
}

function pageOf(people: ReadonlyMap<string, Subject>, path: string): string {
  const buttons = [...people].map(
    ([sub, { email }]) => `<button name="sub" value="${sub}">Sign in as ${email ?? sub}</button>`,
  );
  return `<!doctype html><html lang="en"><title>Directory</title><main><h1>Directory of the organisation</h1>
<form method="post" action="${path}">${buttons.join("\n")}</form></main></html>`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** One client of a provider, with what it registers. */
export function clientOf(redirectUri: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_id: "sealport",
    client_secret: "a secret of sealport at its provider",
    redirect_uris: [redirectUri],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    ...more,
  };
}

/** Starts a real OpenID provider (oidc-provider) on this machine; with a certificate at https://localhost. */
export async function startIdentityProvider(
  client: Record<string, unknown>,
  at: { readonly port?: number; readonly tls?: { readonly cert: Buffer; readonly key: Buffer } } = {},
): Promise<TestIdentityProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => undefined;
  const answerAll = (request: IncomingMessage, response: ServerResponse) => void handle(request, response);
  const server = at.tls === undefined ? createServer(answerAll) : createSecureServer(at.tls, answerAll);
  await new Promise<void>((resolve) => server.listen(at.port ?? 0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  const issuer =
    at.tls === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`;
  const pair = await generateKeyPair("RS256", { extractable: true });
  const key: JWK = { ...(await exportJWK(pair.privateKey)), kid: "test", use: "sig", alg: "RS256" };
  const people = new Map<string, Subject>();
  const clients = [client];

  const make = () => {
    const provider = new Provider(issuer, {
      clients,
      jwks: { keys: [key] },
      cookies: { keys: ["a key of the test's cookies"] },
      claims: {
        openid: ["sub", "amr", "acr", "auth_time"],
        email: ["email", "email_verified"],
        groups: ["groups"],
      },
      scopes: ["openid", "email", "groups"],
      features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, accountId: string) => ({
        accountId,
        claims: async () => ({ sub: accountId, ...people.get(accountId) }),
      }),
      loadExistingGrant: async ({ oidc }: TokenContext) => {
        if (oidc === undefined) throw new TypeError("no request");
        const grant = new oidc.provider.Grant({
          clientId: oidc.client.clientId,
          accountId: oidc.session.accountId,
        });
        grant.addOIDCScope("openid email groups");
        await grant.save();
        return grant;
      },
    });
    provider.use(async (context, next) => {
      await next();
      if (context.oidc?.route === "token" && idp.twist !== undefined) await resign(context, key, idp.twist);
      if (context.oidc?.route === "discovery" && idp.namedIssuer !== undefined)
        context.body = { ...Object(context.body), issuer: idp.namedIssuer };
    });
    return provider;
  };

  const idp: TestIdentityProvider = {
    issuer,
    people,
    next: undefined,
    cancels: false,
    twist: undefined,
    isDown: false,
    namedIssuer: undefined,
    addClient: (added) => {
      clients.push(added);
      serve();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  function serve(): void {
    const provider = make();
    const answer = provider.callback();
    const interact = async (request: IncomingMessage, response: ServerResponse, path: string) => {
      if (idp.cancels) return provider.interactionFinished(request, response, { error: "access_denied" });
      const chosen = request.method === "POST" ? new URLSearchParams(await textOf(request)).get("sub") : null;
      const next: NextSignIn | undefined =
        chosen === null ? idp.next : { sub: chosen, amr: ["pwd", "otp"], acr: "urn:test:two-factor" };
      if (next === undefined) {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(pageOf(people, path));
        return;
      }
      const { sub: accountId, ...how } = next;
      await provider.interactionFinished(request, response, { login: { accountId, ...how } });
    };
    handle = async (request, response) => {
      const path = request.url ?? "/";
      if (idp.isDown) response.writeHead(503).end();
      else if (path.startsWith("/interaction/")) await interact(request, response, path);
      else await answer(request, response);
    };
  }
  serve();
  return idp;
}

/** A browser at the provider: follows its redirects with its cookies until it is sent back to the portal. */
export class ProviderBrowser {
  readonly #jar = new Map<string, string>();

  /** Returns what the provider sends back with the browser. */
  async visit(url: string): Promise<{ state: string; code?: string; iss?: string; error?: string }> {
    const { origin } = new URL(url);
    let at = url;
    for (let step = 0; step < 10; step += 1) {
      const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(at, { redirect: "manual", headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        const equals = pair.indexOf("=");
        this.#jar.set(pair.slice(0, equals), pair.slice(equals + 1));
      }
      const location = response.headers.get("location");
      if (location === null)
        throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
      const next = new URL(location, at);
      if (next.origin !== origin) return returnedOf(next);
      at = next.href;
    }
    throw new Error("the provider sends the browser in a circle");
  }
}

function returnedOf(url: URL) {
  const sent = new URLSearchParams(url.hash === "" ? url.search : url.hash.slice(1));
  const given = (name: "code" | "iss" | "error") => {
    const value = sent.get(name);
    return value === null ? {} : { [name]: value };
  };
  return { state: sent.get("state") ?? "", ...given("code"), ...given("iss"), ...given("error") };
}
