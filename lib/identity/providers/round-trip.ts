import "server-only";
import { z } from "zod";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes, sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import type { Claims } from "@/lib/identity/providers/check-claims";
import type { Provider } from "@/lib/identity/providers/provider";
import {
  authorizationUrl,
  exchange,
  type ProviderContext,
  type Returned,
} from "@/lib/identity/providers/provider-client";
import { findProvider } from "@/lib/identity/providers/store";
import { cookieValues, type SessionSecret } from "@/lib/identity/sessions/session-token";
import { insertChallenge, takeSealedChallenge } from "@/lib/identity/sign-in/challenge-store";

/** Why a browser is sent to a provider. The answer is valid only for this. */
export const Purpose = z.enum(["sign-in", "invitation", "link", "step-up", "test"]);
export type Purpose = z.infer<typeof Purpose>;

export type RoundTripContext = ProviderContext & DbContext;

/** A person signs in there in this time, a second factor included. */
const ROUND_TRIP_MS = 15 * 60_000;

/** What the portal keeps of a round trip, sealed. */
const Kept = z.strictObject({
  purpose: Purpose,
  organisation_id: z.string(),
  /** The provider as it was: one that was changed since takes no answer. */
  provider_id: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  started_at: z.number(),
  /** The link that is being accepted. */
  invitation: z.string().optional(),
});

const SEALED_FOR = "identity-provider-round-trip";
const draw = (): string => toBase64url(randomBytes(32));

/** Secret cookie of the browser that began a sign-in. It is sent by pages of this portal alone. */
export interface BrowserMark {
  readonly value: string;
  readonly setCookie: string;
}

const cookieName = (cx: Pick<ProviderContext, "site">): string =>
  `${cx.site.isSecure ? "__Host-" : ""}sealport-round-trip`;

/** Makes the cookie that ties a sign-in to its browser, so that no one can complete another person's. */
export function markBrowser(cx: Pick<ProviderContext, "site">): BrowserMark {
  const value = draw();
  const secure = cx.site.isSecure ? "; Secure" : "";
  const setCookie = `${cookieName(cx)}=${value}; Path=/; Max-Age=${ROUND_TRIP_MS / 1000}; HttpOnly; SameSite=Strict${secure}`;
  return { value, setCookie };
}

/** Returns the browser's cookie, unless it is missing or there are two. */
export function readMark(
  cx: Pick<ProviderContext, "site">,
  headers: Pick<Headers, "get">,
): string | undefined {
  const [value, another] = cookieValues(headers, cookieName(cx));
  return another === undefined ? value : undefined;
}

/** What may complete a round trip: the browser that began it, or the session. The row has a hash of it. */
export function ownerOf({ sessionSecret }: SessionSecret, owner: string): string {
  return toBase64url(hmacSha256(sessionSecret, utf8(`sealport/round-trip/1\n${owner}`)));
}

export interface RoundTrip {
  readonly purpose: Purpose;
  /** As `ownerOf` returns it. */
  readonly owner: string;
  readonly userId?: string | undefined;
  readonly invitation?: string | undefined;
  /** The address that the person typed, for the provider's own page. */
  readonly hint?: string | undefined;
}

/** Begins a round trip and returns the address to send the browser to. Throws `provider.unreachable`. */
export async function beginRoundTrip(
  cx: RoundTripContext,
  provider: Provider,
  { purpose, owner, userId, invitation, hint }: RoundTrip,
): Promise<string> {
  const now = cx.clock.now();
  // The page that the browser comes back to reads the purpose from the state.
  const state = `${purpose}.${draw()}`;
  const [nonce, verifier] = [draw(), draw()];
  const challenge = toBase64url(sha256(utf8(verifier)));
  const isFresh = purpose === "step-up" || purpose === "link";
  const url = await authorizationUrl(cx, provider, {
    ...{ state, nonce, challenge, hint },
    maxAge: isFresh ? 0 : provider.maxAge,
  });
  const kept: z.input<typeof Kept> = {
    ...{ purpose, organisation_id: provider.organisationId, provider_id: provider.id, nonce, verifier },
    started_at: now.getTime(),
    ...(invitation === undefined ? {} : { invitation }),
  };
  const sealed = cx.keystore.sealSecret(SEALED_FOR, utf8(JSON.stringify(kept)));
  await inTransaction(cx, (tx) =>
    insertChallenge(
      tx,
      {
        ...{ id: uuidv7(now.getTime()), tenantId: cx.instance.tenantId, kind: "provider", challenge: state },
        ...{ userId, sid: owner, sealed, expiresAt: new Date(now.getTime() + ROUND_TRIP_MS) },
      },
      now,
    ),
  );
  return url;
}

/** Why a round trip gave no claims. */
export type TripFault = "round-trip" | "denied" | "clock" | "token";

export interface Trip {
  readonly provider: Provider;
  readonly claims: Claims;
  readonly purpose: Purpose;
  readonly startedAt: Date;
  readonly invitation: string | undefined;
}

async function take(tx: Tx, cx: RoundTripContext, owner: string, state: string) {
  const wanted = { challenge: state, kind: "provider", sid: owner } as const;
  const sealed = await takeSealedChallenge(tx, wanted, cx.clock.now());
  if (sealed === undefined) return undefined;
  const text = new TextDecoder().decode(cx.keystore.openSecret(SEALED_FOR, sealed));
  const kept = Kept.parse(JSON.parse(text));
  const provider = await findProvider(tx, cx.instance.tenantId, kept.organisation_id);
  return provider?.id === kept.provider_id ? { kept, provider } : undefined;
}

/**
 * Completes a round trip: takes its state, once, then the code. A state that is unknown, used, old, of another browser
 * or session, for another purpose, or of a provider that was changed since, is one fault.
 */
export async function endRoundTrip(
  cx: RoundTripContext,
  { owner, purposes }: { readonly owner: string | undefined; readonly purposes: readonly Purpose[] },
  returned: Returned,
): Promise<Trip | { readonly fault: TripFault; readonly provider?: Provider }> {
  if (owner === undefined) return { fault: "round-trip" };
  const taken = await inTransaction(cx, (tx) => take(tx, cx, owner, returned.state));
  if (taken === undefined || !purposes.includes(taken.kept.purpose)) return { fault: "round-trip" };
  const { kept, provider } = taken;
  const { nonce, verifier, purpose } = kept;
  const result = await exchange(cx, provider, returned, { state: returned.state, nonce, verifier });
  if ("fault" in result) return { fault: result.fault, provider };
  const startedAt = new Date(kept.started_at);
  return { provider, claims: result.claims, purpose, startedAt, invitation: kept.invitation };
}
