import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AgreementAnswer } from "@/lib/administration/agreements/schema";
import { listOpenOf } from "@/lib/administration/agreements/store";
import { endProviderSessions, factsOf } from "@/lib/administration/providers/provider-kind";
import type {
  Disconnected,
  OrganisationSignIn,
  ProviderChange,
  ProviderView,
} from "@/lib/administration/providers/schema";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { type Provider, secretContext } from "@/lib/identity/providers/provider";
import {
  discover,
  forgetIssuer,
  isProviderAddress,
  RETURN_PATH,
} from "@/lib/identity/providers/provider-client";
import { countLinked, deleteProvider, findProvider } from "@/lib/identity/providers/store";
import type { Site } from "@/lib/identity/sign-in/site";
import { findAgency } from "@/lib/organisations/agency/store";
import { findOrganisation, lockOrganisation } from "@/lib/organisations/store";

export type ProviderAdministration = Context & { readonly site: Site };

function viewOf(provider: Provider): ProviderView {
  const { publicKey } = provider;
  return {
    issuer: provider.issuer,
    client_id: provider.clientId,
    authentication: provider.authentication,
    jwks: publicKey === undefined ? null : { keys: [JSON.parse(publicKey)] },
    domains: [...provider.domains],
    amr: [...provider.amr],
    acr: [...provider.acr],
    max_age: provider.maxAge,
    group_claim: provider.groupClaim,
    mapping: provider.mapping.map((one) => ({ ...one, duties: [...one.duties] })),
    changed_at: provider.changedAt.toISOString(),
  };
}

async function requireKnown(tx: Tx, cx: Context, id: string): Promise<Provider | undefined> {
  const { tenantId } = cx.instance;
  if ((await findOrganisation(tx, tenantId, id)) === undefined)
    throw new DomainError("organisation.not-found");
  return findProvider(tx, tenantId, id);
}

/** Returns how the people of an organisation sign in. Throws `organisation.not-found`. */
export function getOrganisationSignIn(cx: ProviderAdministration, id: string): Promise<OrganisationSignIn> {
  return inSnapshot(cx, async (tx) => {
    const provider = await requireKnown(tx, cx, id);
    const open = await listOpenOf(tx, { tenantId: cx.instance.tenantId, subjectId: id });
    return {
      id,
      provider: provider === undefined ? null : viewOf(provider),
      verified_domains: [...((await findAgency(tx, cx.instance.tenantId, id))?.emailDomains ?? [])],
      redirect_uri: cx.site.origin + RETURN_PATH,
      linked: await countLinked(tx, cx.instance.tenantId, id),
      is_waiting: open.some(({ kind }) => kind === "identity_provider"),
    };
  });
}

type Secret = Pick<Provider, "sealed" | "publicKey">;

/** A key of the portal for this organisation's provider. Its private key is sealed before it is stored anywhere. */
async function newKey(cx: Context, id: string): Promise<Secret> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const shared = { kty, crv, x, y, use: "sig", alg: "ES256", kid: `sealport-${cx.clock.nowMs()}` };
  const sealed = cx.keystore.sealSecret(secretContext(id), utf8(JSON.stringify({ ...shared, d })));
  return { sealed, publicKey: JSON.stringify(shared) };
}

/** The secret as it will be: the one that was sent, the present one where issuer and client stay, or a new key. */
async function secretOf(
  cx: Context,
  id: string,
  change: ProviderChange,
  present: Provider | undefined,
): Promise<Secret> {
  const { client_secret: secret, authentication } = change;
  if (secret !== undefined)
    return { sealed: cx.keystore.sealSecret(secretContext(id), utf8(secret)), publicKey: undefined };
  const isSame =
    present?.authentication === authentication &&
    present.issuer === change.issuer &&
    present.clientId === change.client_id;
  if (isSame) return { sealed: present.sealed, publicKey: present.publicKey };
  if (authentication === "private_key") return newKey(cx, id);
  throw invalidField("/client_secret", "is needed for another issuer or client");
}

/**
 * Asks that an organisation's people sign in at this provider. The provider must answer now, under the issuer's own
 * name. Throws `organisation.not-found`, `provider.domain`, `provider.unreachable` and `agreement.open`.
 */
export async function askProvider(
  cx: ProviderAdministration,
  id: string,
  change: ProviderChange,
): Promise<AgreementAnswer> {
  if (!isProviderAddress(cx, change.issuer)) throw invalidField("/issuer", "begins with https://");
  const present = await inSnapshot(cx, (tx) => requireKnown(tx, cx, id));
  forgetIssuer(change.issuer);
  await discover(cx, change.issuer);
  const secret = await secretOf(cx, id, change, present);
  const after = factsOf({
    ...secret,
    issuer: change.issuer,
    clientId: change.client_id,
    authentication: change.authentication,
    domains: change.domains,
    amr: change.amr,
    acr: change.acr,
    maxAge: change.max_age,
    groupClaim: change.group_claim,
    mapping: change.mapping,
  });
  return askAgreement(cx, { kind: "identity_provider", subjectId: id, after, reason: change.reason });
}

/**
 * Disconnects a provider at once: no one signs in there any more, and the sessions that began there end. Links stay, for
 * a provider with the same issuer. Throws `provider.not-found`.
 */
export async function disconnectProvider(
  cx: ProviderAdministration,
  id: string,
  reason: string,
): Promise<Disconnected> {
  const { entry, ended } = await inTransaction(cx, async (tx) => {
    await lockOrganisation(tx, id);
    const provider = await requireKnown(tx, cx, id);
    if (provider === undefined) throw new DomainError("provider.not-found");
    await deleteProvider(tx, cx.instance.tenantId, id);
    const count = await endProviderSessions(tx, cx, provider.id);
    const appended = await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "provider.disconnect",
      subjects: [`organisation:${id}`],
      details: { issuer: provider.issuer, sessions: count, reason },
    });
    return { entry: appended, ended: count };
  });
  return { ended_sessions: ended, receipt: await issueReceipt(cx, entry) };
}
