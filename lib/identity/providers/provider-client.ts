import "server-only";
import { type Client, custom, errors, Issuer, type TokenSet } from "openid-client";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { boundedOptions, fetchJson } from "@/lib/identity/providers/bounded-answers";
import { CLOCK_TOLERANCE_SECONDS, type Claims, readClaims } from "@/lib/identity/providers/check-claims";
import { type Provider, secretContext } from "@/lib/identity/providers/provider";
import { isLoopbackHost, type Site } from "@/lib/identity/sign-in/site";

/** Where a provider sends the browser back to. Its page reads the answer and sends it in a call of this portal. */
export const RETURN_PATH = "/sign-in/return";

export type ProviderContext = Pick<Context, "instance" | "keystore" | "clock" | "logger"> & {
  readonly site: Site;
};

const TIMEOUT_MS = 5_000;
/** How long the addresses and keys of a provider are cached. */
const KEPT_MS = 10 * 60_000;
/** Signatures of an ID token that are accepted, in the order in which one is chosen. */
const ALGORITHMS = ["RS256", "PS256", "ES256"] as const;
const ENDPOINTS = ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] as const;

custom.setHttpOptionsDefaults({ timeout: TIMEOUT_MS });
const bounded = boundedOptions();
// Of the class for the configuration, of each issuer for its keys. Clients get theirs below, for tokens and userinfo.
Reflect.set(Issuer, custom.http_options, bounded);
Reflect.set(Issuer.prototype, custom.http_options, bounded);

/** https, or http to this machine on an evaluation instance. */
export function isProviderAddress(cx: Pick<ProviderContext, "instance">, address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  if (url.protocol === "https:") return true;
  return url.protocol === "http:" && cx.instance.evaluation && isLoopbackHost(url.hostname);
}

/** Returns the host of an issuer, as people are shown it. */
export const hostOf = (issuer: string): string => (URL.canParse(issuer) ? new URL(issuer).host : issuer);

/** Why a provider cannot be used, with the end of the sentence that begins with its host. */
const WHYS = {
  address: "needs an issuer and endpoints that begin with https://.",
  down: "does not answer with its OpenID configuration. Check the issuer, or try again in a minute.",
  issuer: "names another issuer in its OpenID configuration.",
  algorithm: "signs with none of RS256, PS256 and ES256.",
  keys: "does not answer with its public keys.",
  failed: "failed. Try again in a minute.",
} as const;

function unreachable(issuer: string, why: keyof typeof WHYS, cause?: unknown): DomainError {
  return new DomainError("provider.unreachable", {
    detail: `${hostOf(issuer)} ${WHYS[why]}`,
    extra: { why },
    cause,
  });
}

const kept = new Map<string, { readonly issuer: Issuer; readonly at: number }>();

/** Forgets what was read from a provider, so that the next call reads it again. */
export function forgetIssuer(issuer: string): void {
  kept.delete(issuer);
}

async function readIssuer(cx: ProviderContext, name: string): Promise<Issuer> {
  if (!isProviderAddress(cx, name)) throw unreachable(name, "address");
  let found: Issuer;
  try {
    found = await Issuer.discover(`${name.replace(/\/$/, "")}/.well-known/openid-configuration`);
  } catch (error) {
    throw unreachable(name, "down", error);
  }
  if (found.metadata.issuer !== name) throw unreachable(name, "issuer");
  for (const endpoint of ENDPOINTS) {
    const address = found.metadata[endpoint];
    if (address === undefined && endpoint === "userinfo_endpoint") continue;
    if (typeof address !== "string" || !isProviderAddress(cx, address)) throw unreachable(name, "address");
  }
  return found;
}

/** Returns the provider's own description. Throws `provider.unreachable` where it does not answer or names another issuer. */
export async function discover(cx: ProviderContext, name: string): Promise<Issuer> {
  const now = cx.clock.nowMs();
  const known = kept.get(name);
  // Keys that the provider withdrew must not live on because the clock was set back.
  if (known !== undefined && Math.abs(now - known.at) < KEPT_MS) return known.issuer;
  const issuer = await readIssuer(cx, name);
  kept.set(name, { issuer, at: now });
  return issuer;
}

const Listed = z.array(z.string()).catch([]);

/** Returns the signature that ID tokens of this provider have. Throws `provider.unreachable` where none is accepted here. */
export function algorithmOf({ metadata }: Issuer): (typeof ALGORITHMS)[number] {
  const offered = Listed.parse(metadata.id_token_signing_alg_values_supported);
  const found = offered.length === 0 ? "RS256" : ALGORITHMS.find((one) => offered.includes(one));
  if (found === undefined) throw unreachable(metadata.issuer, "algorithm");
  return found;
}

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/** Reads the provider's public keys and returns how many there are. Throws `provider.unreachable` where there are none. */
export async function countKeys({ metadata }: Issuer): Promise<number> {
  try {
    return Keys.parse(await fetchJson(metadata.jwks_uri ?? "")).keys.length;
  } catch (error) {
    throw unreachable(metadata.issuer, "keys", error);
  }
}

/** What the ID token must say, for providers that leave it out unless they are asked (OpenID Connect Core 5.5). */
const WANTED = { id_token: { auth_time: { essential: true }, amr: null, acr: null } };

const PrivateJwk = z.looseObject({ kty: z.string() });

async function clientOf(cx: ProviderContext, provider: Provider): Promise<Client> {
  const issuer = await discover(cx, provider.issuer);
  const secret = new TextDecoder().decode(
    cx.keystore.openSecret(secretContext(provider.organisationId), provider.sealed),
  );
  const common = {
    client_id: provider.clientId,
    redirect_uris: [cx.site.origin + RETURN_PATH],
    response_types: ["code" as const],
    id_token_signed_response_alg: algorithmOf(issuer),
  };
  const methods = Listed.parse(issuer.metadata.token_endpoint_auth_methods_supported);
  const isPost = methods.includes("client_secret_post") && !methods.includes("client_secret_basic");
  const client =
    provider.authentication === "private_key"
      ? new issuer.Client(
          {
            ...common,
            token_endpoint_auth_method: "private_key_jwt",
            token_endpoint_auth_signing_alg: "ES256",
          },
          { keys: [PrivateJwk.parse(JSON.parse(secret))] },
        )
      : new issuer.Client({
          ...common,
          client_secret: secret,
          token_endpoint_auth_method: isPost ? "client_secret_post" : "client_secret_basic",
        });
  client[custom.clock_tolerance] = CLOCK_TOLERANCE_SECONDS;
  client[custom.http_options] = bounded;
  return client;
}

/** What binds an answer to the question: each is drawn for one round trip. */
export interface Binding {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Returns the address at the provider that a browser is sent to. */
export async function authorizationUrl(
  cx: ProviderContext,
  provider: Provider,
  ask: Omit<Binding, "verifier"> & {
    readonly challenge: string;
    readonly maxAge: number;
    readonly hint?: string | undefined;
  },
): Promise<string> {
  const client = await clientOf(cx, provider);
  const { metadata } = client.issuer;
  const { scopes_supported: scopes, response_modes_supported: modes } = metadata;
  const isScope = Listed.parse(scopes).includes(provider.groupClaim);
  return client.authorizationUrl({
    scope: ["openid", "email", ...(isScope ? [provider.groupClaim] : [])].join(" "),
    // A fragment is in no log of a server.
    ...(Listed.parse(modes).includes("fragment") ? { response_mode: "fragment" } : {}),
    state: ask.state,
    nonce: ask.nonce,
    code_challenge: ask.challenge,
    code_challenge_method: "S256",
    max_age: ask.maxAge,
    ...(ask.maxAge === 0 ? { prompt: "login" } : {}),
    ...(provider.acr.length === 0 ? {} : { acr_values: provider.acr.join(" ") }),
    ...(ask.hint === undefined ? {} : { login_hint: ask.hint }),
    ...(metadata.claims_parameter_supported === true ? { claims: WANTED } : {}),
  });
}

/** The provider's answer as the browser brings it. */
export interface Returned {
  readonly state: string;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

/** Claims that the provider signed, or why its answer was not taken: its own refusal, its clock, or a failed check. */
export type Exchanged = { readonly claims: Claims } | { readonly fault: "denied" | "clock" | "token" };

const Object_ = z.record(z.string(), z.unknown());

async function userinfoOf(client: Client, tokens: TokenSet): Promise<Record<string, unknown>> {
  if (client.issuer.metadata.userinfo_endpoint === undefined || tokens.access_token === undefined) return {};
  // The library refuses an answer about another subject (OpenID Connect Core 5.3.2).
  return Object_.parse(await client.userinfo(tokens));
}

/** A missing or negative answer: the provider did not answer, refused the code, or its token is invalid. */
function faultOf(cx: ProviderContext, provider: Provider, error: unknown): Exchanged {
  const name = error instanceof Error ? error.name : "unknown";
  cx.logger.warn({ issuer: provider.issuer, fault: name }, "an identity provider's answer was not accepted");
  if (error instanceof errors.OPError) {
    const status = error.response?.statusCode ?? 400;
    if (status >= 500) throw unreachable(provider.issuer, "failed", error);
    return { fault: "token" };
  }
  if (!(error instanceof errors.RPError) || /timed out/.test(error.message))
    throw unreachable(provider.issuer, "failed", error);
  return { fault: error.exp !== undefined || error.nbf !== undefined ? "clock" : "token" };
}

/**
 * Takes the code to the provider and checks what it answers: signature by its published keys, issuer, audience, nonce,
 * times. Throws `provider.unreachable` where it does not answer.
 */
export async function exchange(
  cx: ProviderContext,
  provider: Provider,
  { state, code, iss, error }: Returned,
  binding: Binding,
): Promise<Exchanged> {
  if (error !== undefined || code === undefined) return { fault: "denied" };
  const client = await clientOf(cx, provider);
  try {
    const tokens = await client.callback(
      cx.site.origin + RETURN_PATH,
      { state, code, ...(iss === undefined ? {} : { iss }) },
      { state: binding.state, nonce: binding.nonce, code_verifier: binding.verifier, response_type: "code" },
    );
    const token = Object_.parse(tokens.claims());
    const isWhole = token.email !== undefined && token[provider.groupClaim] !== undefined;
    return {
      claims: readClaims(token, isWhole ? {} : await userinfoOf(client, tokens), provider.groupClaim),
    };
  } catch (failure) {
    return faultOf(cx, provider, failure);
  }
}
