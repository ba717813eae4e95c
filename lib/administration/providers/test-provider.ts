import "server-only";
import type { ProviderAdministration } from "@/lib/administration/providers/ask-provider";
import type { ProviderTest, TestSignIn } from "@/lib/administration/providers/schema";
import { recordEvent } from "@/lib/audit/record/record-event";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { evidenceOf, isInDomains, mappedBy } from "@/lib/identity/providers/check-claims";
import { linkId } from "@/lib/identity/providers/link";
import type { Provider } from "@/lib/identity/providers/provider";
import { algorithmOf, countKeys, discover, forgetIssuer } from "@/lib/identity/providers/provider-client";
import { providerRefused } from "@/lib/identity/providers/refuse-provider";
import { beginRoundTrip, endRoundTrip, ownerOf, type Trip } from "@/lib/identity/providers/round-trip";
import type { Departed, ReturnedBody } from "@/lib/identity/providers/schema";
import { findProvider } from "@/lib/identity/providers/store";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import { findAccountByExternalId } from "@/lib/identity/sign-in/credential-store";

type TestContext = ProviderAdministration & SessionSecret;

async function requireProvider(cx: ProviderAdministration, id: string): Promise<Provider> {
  const provider = await inSnapshot(cx, (tx) => findProvider(tx, cx.instance.tenantId, id));
  if (provider === undefined) throw new DomainError("provider.not-found");
  return provider;
}

function record(cx: ProviderAdministration, id: string, details: Record<string, string>) {
  return recordEvent(cx, {
    class: "admin",
    outcome: "done",
    action: "provider.test",
    subjects: [`organisation:${id}`],
    details,
  });
}

/** Reads the provider's configuration and keys again. Throws `provider.not-found` and `provider.unreachable`. */
export async function testProvider(cx: ProviderAdministration, id: string): Promise<ProviderTest> {
  const provider = await requireProvider(cx, id);
  const began = performance.now();
  forgetIssuer(provider.issuer);
  const issuer = await discover(cx, provider.issuer);
  const keys = await countKeys(issuer);
  const { metadata } = issuer;
  const pkce = metadata.code_challenge_methods_supported;
  await record(cx, id, { what: "discovery" });
  return {
    issuer: provider.issuer,
    authorization_endpoint: metadata.authorization_endpoint ?? "",
    token_endpoint: metadata.token_endpoint ?? "",
    algorithm: algorithmOf(issuer),
    keys,
    says_pkce: Array.isArray(pkce) && pkce.includes("S256"),
    took_ms: Math.round(performance.now() - began),
  };
}

/** A session of the caller, which alone completes the test. A program has none. */
function ownSession(cx: TestContext): string {
  const { proof } = cx.principal;
  if (proof.kind !== "session") throw new DomainError("auth.session-only");
  return ownerOf(cx, proof.sessionId);
}

/** Sends the administrator to the provider for a test sign-in. */
export async function startTestSignIn(cx: TestContext, id: string): Promise<Departed> {
  const owner = ownSession(cx);
  const provider = await requireProvider(cx, id);
  return { url: await beginRoundTrip(cx, provider, { purpose: "test", owner, userId: cx.principal.userId }) };
}

async function personOf(cx: TestContext, { provider, claims }: Trip): Promise<string | null> {
  const externalId = linkId(provider, claims.subject);
  const account = await inSnapshot(cx, (tx) =>
    findAccountByExternalId(tx, cx.instance.tenantId, "oidc", externalId),
  );
  return account?.holder.name ?? null;
}

/** Shows what a test sign-in brought, and whether it is enough. It signs no one in and links nothing. */
export async function finishTestSignIn(
  cx: TestContext,
  id: string,
  returned: ReturnedBody,
): Promise<TestSignIn> {
  const trip = await endRoundTrip(cx, { owner: ownSession(cx), purposes: ["test"] }, returned);
  if ("fault" in trip) throw providerRefused(trip.fault, trip.provider);
  const { provider, claims } = trip;
  if (provider.organisationId !== id) throw providerRefused("round-trip", provider);
  const evidence = evidenceOf(provider, claims, { now: cx.clock.now() });
  const sign_in = "fault" in evidence ? evidence.fault : "ok";
  await record(cx, id, { what: "sign-in", result: sign_in });
  return {
    claims: {
      sub: claims.subject,
      email: claims.email ?? null,
      amr: [...claims.amr],
      acr: claims.acr ?? null,
      auth_time: claims.authTime === undefined ? null : new Date(claims.authTime * 1000).toISOString(),
      groups: [...claims.groups],
    },
    checks: {
      sign_in,
      domain: isInDomains(provider, claims),
      roles: mappedBy(provider, claims).map(({ role, duties }) => ({ role, duties: [...duties] })),
      person: await personOf(cx, trip),
    },
  };
}
